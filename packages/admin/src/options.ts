import type { Retries } from "./retry.ts";

/** An API key as it was created: its `id` and its `secret_plain`. */
export interface ApiKeyCredential {
  /** `undefined`, as `process.env` may give it, is refused with a ConfigurationError. */
  id: string | undefined;
  /** `undefined`, as `process.env` may give it, is refused with a ConfigurationError. */
  secret: string | undefined;
}

export interface AccessToken {
  accessToken: string;
}

interface CommonOptions {
  /** The account to act on; asked once by `GET /v1/me` where it is left out, for credentials that act on one account. */
  accountId?: string | undefined;
  /** Where the server is: the environment's `AUTHPI_BASE_URL` where it is left out, else `http://localhost:4000`. */
  baseUrl?: string | undefined;
  /** How long one try may take, the answer's body included, in milliseconds; 30,000 where it is left out. */
  timeoutMs?: number | undefined;
  /** How requests that are safe to repeat are repeated; `false` for never. 3 times, 250 ms, doubled, where left out. */
  retries?: Partial<Retries> | false | undefined;
  /** Headers of every request. */
  headers?: Readonly<Record<string, string>> | undefined;
  /** Another `fetch` to send requests by. */
  fetch?: typeof globalThis.fetch | undefined;
}

interface ApiKeyOptions extends CommonOptions {
  /** An API key, for backends. */
  apiKey: ApiKeyCredential;
  accessToken?: undefined;
  onTokenExpired?: undefined;
}

interface AccessTokenOptions extends CommonOptions {
  /** An access token or a personal token. */
  accessToken: string;
  /** Gets a new token after a 401; the request is then repeated once. Requests that fail meanwhile wait for the same call. */
  onTokenExpired?: (() => Promise<AccessToken>) | undefined;
  apiKey?: undefined;
}

/** The options of `AuthPIAdmin`: an API key or an access token, not both. */
export type AuthPIAdminOptions = ApiKeyOptions | AccessTokenOptions;

/** The options of one call. */
export interface CallOptions {
  /** Ends the call, its waits and repetitions included. */
  signal?: AbortSignal | undefined;
  /** How long one try may take, in milliseconds. */
  timeoutMs?: number | undefined;
  /** Headers of this request, beside the client's. */
  headers?: Readonly<Record<string, string>> | undefined;
  /**
   * Makes a write safe to repeat: within 24 hours the same key gives the same answer. Creates and actions get one by themselves;
   * give your own where a repetition may come from another process, and to have updates and deletions repeated.
   */
  idempotencyKey?: string | undefined;
  /** The ETag that the resource must still have (see `etagOf`); a PreconditionFailedError otherwise. */
  ifMatch?: string | undefined;
}
