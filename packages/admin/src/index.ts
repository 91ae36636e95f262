export { AuthPIAdmin } from "./client.ts";
export {
  ApiError,
  type ApiErrorDetails,
  AuthenticationError,
  AuthPIError,
  ConfigurationError,
  ConflictError,
  ConnectionError,
  type FieldError,
  ForbiddenError,
  MalformedResponseError,
  NotFoundError,
  PreconditionFailedError,
  RateLimitError,
  ServerError,
  TimeoutError,
  ValidationError,
} from "./errors.ts";
export { etagOf } from "./etag.ts";
export type * from "./generated/tree.ts";
export type * from "./generated/types.ts";
export type { AccessToken, ApiKeyCredential, AuthPIAdminOptions, CallOptions } from "./options.ts";
export type { Page } from "./pages.ts";
export type { Retries } from "./retry.ts";
