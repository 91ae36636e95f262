import type { FastifyInstance } from "fastify";
import { invalid, invalidField, Problem } from "./problem.ts";

export const bodyBytesMax = 1024 * 1024;
const depthMax = 32;
/** More than any list of a contract may have: a validator that names every fault would look at each item first. */
const itemsMax = 1000;

/** JSON alone is parsed. An empty body is `{}`; depth is bounded before anything walks the value. */
export const acceptJson = (app: FastifyInstance): void => {
  const parse = app.getDefaultJsonParser("error", "error");
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/json", { parseAs: "string" }, (request, text, done) => {
    const body = String(text);
    if (/^[ \t\r\n]*$/.test(body)) return done(null, {});
    if (depthOf(body) > depthMax) return done(invalidField("body", `is nested deeper than ${depthMax} levels`));
    parse(request, body, (error, value) => {
      if (error) return done(invalidField("body", faultOf(error)));
      const long = body.length > 2 * itemsMax ? pathOfLongList(value, "") : undefined;
      if (long !== undefined)
        return done(invalid({ field: long, code: "too_long", message: `has more than ${itemsMax} entries` }));
      const fault = escapesToCheck.test(body) ? pathOfNoText(value, "") : undefined;
      done(fault === undefined ? null : invalidField(fault, "has a NUL character or half of a surrogate pair"), value);
    });
  });
  app.addContentTypeParser("*", (request, _, done) => {
    const empty = request.headers["content-length"] === "0";
    done(empty ? null : new Problem("contentType", "The body must be application/json."), {});
  });
};

/** Keys that would reach an object's prototype are refused by the parser itself. */
const faultOf = ({ message }: Error): string =>
  message.includes("forbidden prototype") ? "has a key that is refused: __proto__ or constructor" : "is not valid JSON";

const depthOf = (text: string): number => {
  let depth = 0;
  let deepest = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (quoted) {
      if (char === BACKSLASH) at++;
      else if (char === QUOTE) quoted = false;
      continue;
    }
    if (char === QUOTE) quoted = true;
    else if (char === BRACE || char === BRACKET) deepest = Math.max(deepest, ++depth);
    else if (char === BRACE + 2 || char === BRACKET + 2) depth--;
  }
  return deepest;
};
const BACKSLASH = 0x5c;
const QUOTE = 0x22;
const BRACE = 0x7b;
const BRACKET = 0x5b;

/** The first list, or object, with too many entries. */
const pathOfLongList = (value: unknown, path: string): string | undefined => {
  if (typeof value !== "object" || value === null) return undefined;
  const entries = Object.entries(value);
  if (entries.length > itemsMax) return path || "body";
  for (const [key, child] of entries) {
    const found = pathOfLongList(child, path === "" ? key : `${path}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
};

const escapesToCheck = /\\u(?:0000|d[89a-f])/i;

/** The first field, or key, with what PostgreSQL's text has not: a NUL, or half of a surrogate pair. */
const pathOfNoText = (value: unknown, path: string): string | undefined => {
  if (typeof value === "string") return isText(value) ? undefined : path;
  if (typeof value !== "object" || value === null) return undefined;
  for (const [key, child] of Object.entries(value)) {
    const below = path === "" ? key : `${path}.${key}`;
    if (!isText(key)) return below.replaceAll("\0", "\\u0000").toWellFormed();
    const found = pathOfNoText(child, below);
    if (found !== undefined) return found;
  }
  return undefined;
};
const isText = (value: string): boolean => !value.includes("\0") && value.isWellFormed();
