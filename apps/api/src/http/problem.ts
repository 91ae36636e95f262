import { type ErrorBody, type ErrorName, errorKinds, type FieldError } from "@authpi/schema";

interface Extras {
  fields?: FieldError[];
  retryAfterSeconds?: number;
  currentEtag?: string;
  allow?: string;
  /** Of a 429; it resets when `retryAfterSeconds` are over. */
  rateLimit?: { limit: number; remaining: number };
  /** For the log alone. */
  cause?: unknown;
}

/**
 * An answer that is an error: the name from the catalogue, and a sentence for the caller.
 *
 * @example throw new Problem("conflict", "A revoked key cannot be rotated.")
 */
export class Problem extends Error {
  readonly kind: ErrorName;
  readonly extras: Extras;

  constructor(kind: ErrorName, detail: string, extras: Extras = {}) {
    super(detail, extras.cause === undefined ? undefined : { cause: extras.cause });
    this.kind = kind;
    this.extras = extras;
  }

  get status(): number {
    return errorKinds[this.kind].status;
  }

  body(reference: string): ErrorBody {
    const { error, retryable } = errorKinds[this.kind];
    const { fields, retryAfterSeconds, currentEtag } = this.extras;
    return {
      error,
      error_description: this.message,
      reference,
      retryable,
      ...(fields && { fields }),
      ...(retryAfterSeconds !== undefined && { retry_after: retryAfterSeconds }),
      ...(currentEtag !== undefined && { current_etag: currentEtag }),
    };
  }

  headers(): Record<string, string> {
    const { retryAfterSeconds, currentEtag, allow, rateLimit } = this.extras;
    return {
      ...(allow && { allow }),
      ...(this.status === 401 && { "www-authenticate": 'Basic realm="authpi", charset="UTF-8"' }),
      ...(retryAfterSeconds !== undefined && { "retry-after": String(retryAfterSeconds) }),
      ...(rateLimit && {
        "ratelimit-limit": String(rateLimit.limit),
        "ratelimit-remaining": String(rateLimit.remaining),
        "ratelimit-reset": String(retryAfterSeconds),
      }),
      ...(currentEtag !== undefined && { etag: currentEtag }),
    };
  }
}

/** 400 with the fields that are wrong. */
export const invalid = (...fields: FieldError[]): Problem => {
  const detail = fields.map(({ field, message }) => `${field} ${message}`).join("; ");
  return new Problem("invalid", `${detail}.`, { fields });
};
export const invalidField = (field: string, message: string): Problem => invalid({ field, code: "invalid", message });

/** The same bytes for what does not exist and for what the caller may not see. */
export const notFound = (): Problem => new Problem("notFound", "There is no such resource.");
export const unauthorized = (): Problem => new Problem("unauthorized", "The credential is missing or not valid.");
