import {
  ApiError,
  type ApiErrorDetails,
  AuthenticationError,
  ConflictError,
  type FieldError,
  ForbiddenError,
  MalformedResponseError,
  NotFoundError,
  PreconditionFailedError,
  RateLimitError,
  ServerError,
  ValidationError,
} from "./errors.ts";

/** What came back, read to its end. */
export interface Answer {
  status: number;
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>;
  text: string;
}

type JsonObject = Readonly<Record<string, unknown>>;

/** The answer's JSON object; throws where it is none. */
export const objectOf = (answer: Answer): JsonObject => {
  const body = parse(answer.text);
  if (body) return body;
  throw new MalformedResponseError(`the server answered ${answer.status} with ${kindOf(answer)}, not a JSON object`);
};

/** The error that an answer of 400 or above stands for. */
export const apiErrorOf = (answer: Answer): ApiError => {
  const type = errorTypes.get(answer.status) ?? (answer.status >= 500 ? ServerError : ApiError);
  return new type(detailsOf(answer));
};

/** How long the server asks to wait, in seconds (RFC 9110, 10.2.3: a number or a date). */
export const retryAfterOf = (headers: Answer["headers"], now: number): number | undefined => {
  const value = headers["retry-after"];
  if (!value) return undefined;
  const seconds = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - now) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds);
};

const errorTypes = new Map<number, new (details: ApiErrorDetails) => ApiError>([
  [400, ValidationError],
  [401, AuthenticationError],
  [403, ForbiddenError],
  [404, NotFoundError],
  [409, ConflictError],
  [412, PreconditionFailedError],
  [422, ValidationError],
  [429, RateLimitError],
]);
const retryableStatuses = [429, 502, 503, 504];

/** A proxy's error page has none of AuthPI's fields, and is described by what it is. */
const detailsOf = (answer: Answer): ApiErrorDetails => {
  const { status, headers } = answer;
  const body = parse(answer.text);
  return {
    status,
    headers,
    error: text(body?.error) ?? "unknown",
    error_description:
      text(body?.error_description) ?? `the answer is ${kindOf(answer)}, not one of AuthPI's; is a proxy in between?`,
    retryable: typeof body?.retryable === "boolean" ? body.retryable : retryableStatuses.includes(status),
    reference: text(body?.reference) ?? headers["x-request-id"] ?? null,
    fields: Array.isArray(body?.fields) ? body.fields.filter(isFieldError) : [],
    retry_after: retryAfterOf(headers, Date.now()) ?? number(body?.retry_after) ?? null,
    current_etag: text(body?.current_etag) ?? null,
  };
};

const parse = (source: string): JsonObject | undefined => {
  try {
    const value: unknown = JSON.parse(source);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
};

/** Its type and size, never its text: a debugging page may repeat the request's headers, the secret among them. */
const kindOf = ({ headers, text }: Answer): string =>
  text === "" ? "an empty body" : `${text.length} characters of ${headers["content-type"] ?? "an unknown type"}`;

const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const text = (value: unknown): string | undefined => (typeof value === "string" && value ? value : undefined);
const number = (value: unknown): number | undefined => (typeof value === "number" ? value : undefined);
const isFieldError = (value: unknown): value is FieldError =>
  isObject(value) && ["field", "code", "message"].every((key) => typeof value[key] === "string");
