import { IncomingMessage } from "node:http";
import { type ParsedUrlQuery, parse } from "node:querystring";
import { invalidRequest } from "./oauth-error.ts";

/** The parameters of a form; what is empty counts as left out (RFC 6749, 3.2). */
export type Params = Readonly<Record<string, string | string[] | undefined>>;

export interface Form {
  body: Buffer;
  params: Params;
}

/** As the provider has it, for the forms that it reads. */
const bytesMax = 56 * 1024;

/** Reads the request's form. Undefined, and nothing is read, where it has none: a body of another kind, or no body at all. */
export const readForm = async (raw: IncomingMessage): Promise<Form | undefined> => {
  const { "content-type": type = "", "content-length": length, "transfer-encoding": encoding } = raw.headers;
  const isForm = /^\s*application\/x-www-form-urlencoded\s*(;|$)/i.test(type);
  if (!isForm || (length === undefined && encoding === undefined)) return undefined;
  try {
    const body = await readBody(raw, Number(length ?? 0));
    // UTF-8, whatever a charset says (RFC 6749, B).
    return { body, params: withoutEmpty(parse(body.toString())) };
  } catch (error) {
    throw invalidRequest("failed to parse the request body", error);
  }
};

/** The request once more, as if nobody had read its body yet. */
export const unread = (raw: IncomingMessage, body: Buffer): IncomingMessage => {
  const again = new IncomingMessage(raw.socket);
  const { method, url, httpVersion } = raw;
  const headers = { ...raw.headers, "content-length": String(body.length) };
  Object.assign(again, { method, url, headers, httpVersion, complete: true });
  again.push(body);
  again.push(null);
  return again;
};

const readBody = (raw: IncomingMessage, announced: number): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = announced;
    let received = 0;
    if (size > bytesMax) return reject(tooLarge());
    raw.on("data", (chunk: Buffer) => {
      received += chunk.length;
      size = Math.max(size, received);
      if (size > bytesMax) reject(tooLarge());
      else chunks.push(chunk);
    });
    raw.on("end", () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
    raw.on("error", reject);
    raw.on("close", () => reject(new Error("the request ended before its body did")));
  });

const tooLarge = () => new Error("the body is too large");

const withoutEmpty = (parsed: ParsedUrlQuery): Params => {
  // Without a prototype, as Node makes it: a parameter may be called anything.
  for (const name in parsed) if (parsed[name] === "") parsed[name] = undefined;
  return parsed;
};
