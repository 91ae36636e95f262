/** What every error of this library is. */
export class AuthPIError extends Error {
  override readonly name: string = "AuthPIError";
}

/** The client is set up in a way that cannot work; no request was made. */
export class ConfigurationError extends AuthPIError {
  override readonly name: string = "ConfigurationError";
}

/** The server could not be reached, or the connection broke before it answered. */
export class ConnectionError extends AuthPIError {
  override readonly name: string = "ConnectionError";
}

/** The answer, its body included, did not arrive within `timeoutMs`. */
export class TimeoutError extends AuthPIError {
  override readonly name: string = "TimeoutError";
}

/** The answer is not one of AuthPI's: cut off, not JSON, or without what it must have. */
export class MalformedResponseError extends AuthPIError {
  override readonly name: string = "MalformedResponseError";
}

/** One wrong field of a request. */
export interface FieldError {
  /** The JSON path of the field, such as `settings.openid.redirect_uris.0`. */
  field: string;
  /** What is wrong, for programs: `required`, `unknown`, `type`, `too_long`, … */
  code: string;
  /** What is wrong, for people. */
  message: string;
}

/** What the server said about an error. */
export interface ApiErrorDetails {
  status: number;
  error: string;
  error_description: string;
  retryable: boolean;
  reference: string | null;
  headers: Readonly<Record<string, string>>;
  fields: FieldError[];
  retry_after: number | null;
  current_etag: string | null;
}

/** The server answered with a status of 400 or above. */
export class ApiError extends AuthPIError {
  override readonly name: string = "ApiError";
  readonly status: number;
  /** The error's code, such as `not_found`; `unknown` where something other than AuthPI answered. */
  readonly error: string;
  readonly error_description: string;
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;
  /** Finds the request in the server's log. */
  readonly reference: string | null;
  /** The answer's headers, their names in lower case. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(details: ApiErrorDetails) {
    const reference = details.reference ? ` (reference ${details.reference})` : "";
    super(`${details.status} ${details.error}: ${details.error_description}${reference}`);
    this.status = details.status;
    this.error = details.error;
    this.error_description = details.error_description;
    this.retryable = details.retryable;
    this.reference = details.reference;
    this.headers = details.headers;
  }
}

/** 400 or 422: `fields` names every wrong field. */
export class ValidationError extends ApiError {
  override readonly name: string = "ValidationError";
  readonly fields: FieldError[];

  constructor(details: ApiErrorDetails) {
    super(details);
    this.fields = details.fields;
  }
}

/** 401: the credential is missing, wrong, expired, blocked or revoked. */
export class AuthenticationError extends ApiError {
  override readonly name: string = "AuthenticationError";
}

/** 403: the credential lacks the scope that the description names, or may never do this. */
export class ForbiddenError extends ApiError {
  override readonly name: string = "ForbiddenError";
}

/** 404: there is no such thing, or the credential may not see it. */
export class NotFoundError extends ApiError {
  override readonly name: string = "NotFoundError";
}

/** 409: the state of the resource forbids it. */
export class ConflictError extends ApiError {
  override readonly name: string = "ConflictError";
}

/** 412: the resource has changed since the ETag given as `ifMatch`. */
export class PreconditionFailedError extends ApiError {
  override readonly name: string = "PreconditionFailedError";
  /** The ETag of the resource as it is now. */
  readonly current_etag: string | null;

  constructor(details: ApiErrorDetails) {
    super(details);
    this.current_etag = details.current_etag;
  }
}

/** 429: too many requests. */
export class RateLimitError extends ApiError {
  override readonly name: string = "RateLimitError";
  /** Seconds to wait. */
  readonly retry_after: number | null;

  constructor(details: ApiErrorDetails) {
    super(details);
    this.retry_after = details.retry_after;
  }
}

/** 5xx: the fault is the server's, or of something in front of it. */
export class ServerError extends ApiError {
  override readonly name: string = "ServerError";
}
