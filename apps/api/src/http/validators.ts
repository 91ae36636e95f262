import type { FieldError } from "@authpi/schema";
import { Ajv, type AnySchemaObject, type ErrorObject, type Options, type ValidateFunction } from "ajv";
import addFormats, { type FormatsPlugin } from "ajv-formats";
import type { FastifyInstance } from "fastify";
import { isIpRange } from "../domain/ip.ts";
import { invalid } from "./problem.ts";

/**
 * One validator per part: bodies exactly as they were sent, queries coerced from text. Fastify's own would coerce bodies and drop
 * unknown fields without a word.
 */
export const useValidators = (app: FastifyInstance): void => {
  const exact = createAjv({ coerceTypes: false });
  // Text may be a number beyond all bounds, which Ajv's strict numbers would let past `maximum`.
  const fromText = createAjv({ coerceTypes: true, strictNumbers: false });
  app.setValidatorCompiler(({ schema, httpPart }) =>
    compiledLate(httpPart === "body" ? exact : fromText, schema as object),
  );
  app.setSchemaErrorFormatter((errors) => invalid(...toFieldErrors(errors as ErrorObject[])));
};

/** Compiled by the first request that comes: most processes see few of the operations, and a start need not wait for all. */
const compiledLate = (ajv: Ajv, schema: object) => {
  let compiled: ValidateFunction | undefined;
  const validate = (value: unknown): boolean => {
    compiled ??= ajv.compile(schema);
    const valid = compiled(value);
    validate.errors = compiled.errors ?? null;
    return valid;
  };
  validate.errors = null as ErrorObject[] | null;
  return validate;
};

const createAjv = (options: Options): Ajv => {
  const ajv = new Ajv({
    allErrors: true,
    useDefaults: true,
    removeAdditional: false,
    allowUnionTypes: true,
    ...options,
  });
  // The module's default export is the plugin; its types speak of CommonJS.
  (addFormats as unknown as FormatsPlugin)(ajv, ["uri", "email"]);
  ajv.addFormat("ip-range", { type: "string", validate: isIpRange });
  ajv.addKeyword({ keyword: "x-merge" });
  ajv.addKeyword({ keyword: "x-json-max", type: "object", validate: jsonWithin, errors: false });
  ajv.addKeyword({ keyword: "x-text", type: "string", modifying: true, before: "maxLength", validate: tidy });
  return ajv;
};

/**
 * Text arrives trimmed and in Unicode's normal form C, before its length is looked at. What is far too long anyway is left alone,
 * and more marks on one letter than Unicode's stream-safe texts have (UAX 15) are refused: putting them in order takes the square of
 * their number.
 */
const tidy = (
  _: unknown,
  value: string,
  rules?: AnySchemaObject,
  place?: { parentData: object; parentDataProperty: string | number },
) => {
  const hopeless = value.length > 2 * Number(rules?.maxLength ?? Number.POSITIVE_INFINITY) + 100;
  if (!hopeless && tooManyMarks.test(value)) return false;
  if (place && !hopeless)
    Object.assign(place.parentData, { [place.parentDataProperty]: value.normalize("NFC").trim() });
  return true;
};
const tooManyMarks = /\p{M}{31}/u;

const jsonWithin = (max: number, value: Record<string, unknown>): boolean =>
  Object.values(value).every((one) => (JSON.stringify(one)?.length ?? 0) <= max + 2);

const toFieldErrors = (errors: readonly ErrorObject[]): FieldError[] => {
  const fields = new Map<string, FieldError>();
  for (const error of errors) {
    if (fields.size >= fieldsMax) break;
    if (error.keyword === "propertyNames") continue;
    const named = toFieldError(error);
    if (!fields.has(named.field)) fields.set(named.field, named);
  }
  return [...fields.values()];
};
/** A body of a megabyte may have a hundred thousand faults. */
const fieldsMax = 100;

const toFieldError = (error: ErrorObject): FieldError => {
  const path = error.instancePath.slice(1).replaceAll("/", ".").replaceAll("~1", "/").replaceAll("~0", "~");
  const below = (name: string) => (path === "" ? name : `${path}.${name}`);
  const { params } = error;
  if (error.propertyName !== undefined)
    return { field: below(error.propertyName), code: "invalid", message: "is not a valid key" };
  switch (error.keyword) {
    case "required":
      return { field: below(params.missingProperty), code: "required", message: "is required" };
    case "additionalProperties":
      return { field: below(params.additionalProperty), code: "unknown", message: "is not a known field" };
    case "type":
      return { field: path || "body", code: "type", message: `must be ${[params.type].flat().join(" or ")}` };
    case "minLength":
    case "minItems":
      return {
        field: path,
        code: "too_short",
        message: params.limit === 1 ? "must not be empty" : `must have at least ${params.limit}`,
      };
    case "maxLength":
      return { field: path, code: "too_long", message: `must have at most ${params.limit} characters` };
    case "maxItems":
    case "maxProperties":
      return { field: path || "body", code: "too_long", message: `must have at most ${params.limit} entries` };
    case "x-json-max":
      return { field: path, code: "too_long", message: "has a value that is too long" };
    case "minimum":
    case "maximum":
      return { field: path, code: "out_of_range", message: `must be ${params.comparison} ${params.limit}` };
    case "enum":
      return {
        field: path,
        code: "invalid",
        message: `must be one of ${params.allowedValues.filter((value: unknown) => value !== null).join(", ")}`,
      };
    case "uniqueItems":
      return { field: path, code: "duplicate", message: "must not repeat an entry" };
    case "pattern":
      return { field: path, code: "invalid", message: "has a form or characters that are not allowed" };
    case "x-text":
      return { field: path, code: "invalid", message: "has more than 30 combining marks in a row" };
    case "format":
      return { field: path, code: "invalid", message: `must be a valid ${formats[params.format] ?? params.format}` };
    default:
      return { field: path || "body", code: "invalid", message: "is not valid" };
  }
};
const formats: Record<string, string> = { uri: "URL", email: "email address", "ip-range": "address or CIDR range" };
