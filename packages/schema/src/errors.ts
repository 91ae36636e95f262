import { type Static, Type } from "typebox";
import { oneOf } from "./fields.ts";

interface ErrorKind {
  status: number;
  error: string;
  retryable: boolean;
  meaning: string;
}

/** The catalogue of errors: what a handler may answer with, by name. */
export const errorKinds = {
  invalid: {
    status: 400,
    error: "invalid_request",
    retryable: false,
    meaning: "The request is malformed; `fields` names every wrong field.",
  },
  unauthorized: {
    status: 401,
    error: "unauthorized_client",
    retryable: false,
    meaning: "No credential, or one that is not valid.",
  },
  expired: { status: 401, error: "session_expired", retryable: false, meaning: "The token has expired." },
  scope: {
    status: 403,
    error: "insufficient_scope",
    retryable: false,
    meaning: "The credential does not hold the scope that the description names.",
  },
  denied: {
    status: 403,
    error: "access_denied",
    retryable: false,
    meaning: "The caller is known and may never do this.",
  },
  notFound: {
    status: 404,
    error: "not_found",
    retryable: false,
    meaning: "There is no such thing, or the caller may not see it.",
  },
  method: {
    status: 405,
    error: "method_not_allowed",
    retryable: false,
    meaning: "The path exists, but not with this method; see `Allow`.",
  },
  conflict: {
    status: 409,
    error: "conflict",
    retryable: false,
    meaning: "The state of the resource forbids it; the description says which rule.",
  },
  running: {
    status: 409,
    error: "conflict",
    retryable: true,
    meaning: "A request with the same idempotency key is still running; see `Retry-After`.",
  },
  precondition: {
    status: 412,
    error: "precondition_failed",
    retryable: false,
    meaning: "`If-Match` does not name the current state; see `current_etag`.",
  },
  tooLarge: { status: 413, error: "payload_too_large", retryable: false, meaning: "The body is larger than 1 MiB." },
  contentType: {
    status: 415,
    error: "invalid_content_type",
    retryable: false,
    meaning: "The body must be `application/json`.",
  },
  keyReused: {
    status: 422,
    error: "invalid_request",
    retryable: false,
    meaning: "The idempotency key was used for another request.",
  },
  rateLimited: {
    status: 429,
    error: "rate_limited",
    retryable: true,
    meaning: "Too much of what is limited, bad credentials from one address included; see `Retry-After`.",
  },
  internal: {
    status: 500,
    error: "internal_error",
    retryable: true,
    meaning: "A fault of the server's; `reference` finds it in the log.",
  },
  unavailable: {
    status: 503,
    error: "temporarily_unavailable",
    retryable: true,
    meaning: "The server cannot answer right now; see `Retry-After`.",
  },
} as const satisfies Record<string, ErrorKind>;

export type ErrorName = keyof typeof errorKinds;

/** One wrong field of a request. */
export const FieldError = Type.Object(
  {
    field: Type.String({ description: "JSON path of the field.", examples: ["settings.openid.redirect_uris.0"] }),
    code: oneOf(["required", "unknown", "type", "too_short", "too_long", "out_of_range", "invalid", "duplicate"]),
    message: Type.String({ description: "For people.", examples: ["is required"] }),
  },
  { title: "FieldError" },
);
export type FieldError = Static<typeof FieldError>;

/** The body of every answer of 400 and above. */
export const ErrorBody = Type.Object(
  {
    error: oneOf([...new Set(Object.values(errorKinds).map((kind) => kind.error))]),
    error_description: Type.String({ description: "What is wrong, for people: its wording may change." }),
    reference: Type.String({ description: "Equals the answer's `X-Request-Id` and stands in the server's log." }),
    retryable: Type.Boolean({ description: "Whether the same request may succeed later." }),
    fields: Type.Optional(Type.Array(FieldError, { description: "Every wrong field of the request." })),
    retry_after: Type.Optional(Type.Integer({ description: "Seconds to wait; equals `Retry-After`." })),
    current_etag: Type.Optional(Type.String({ description: "What `If-Match` would have had to name." })),
  },
  { title: "Error" },
);
export type ErrorBody = Static<typeof ErrorBody>;
