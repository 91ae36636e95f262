import { ConfigurationError } from "./errors.ts";
import type { AccessToken, ApiKeyCredential } from "./options.ts";

/** What stands in the Authorization header, and how it is renewed. */
export class Credentials {
  #header: string;
  readonly #onTokenExpired: (() => Promise<AccessToken>) | undefined;
  #renewal: Promise<void> | undefined;

  constructor(header: string, onTokenExpired?: () => Promise<AccessToken>) {
    this.#header = header;
    this.#onTokenExpired = onTokenExpired;
  }

  get header(): string {
    return this.#header;
  }

  /** After a 401: gets a new token, once for all who ask meanwhile. False where there is no way to. */
  async renew(refused: string): Promise<boolean> {
    const ask = this.#onTokenExpired;
    if (!ask) return false;
    // Somebody else's renewal was faster than this request's answer.
    if (refused !== this.#header) return true;
    this.#renewal ??= this.#renewBy(ask).finally(() => {
      this.#renewal = undefined;
    });
    await this.#renewal;
    return true;
  }

  async #renewBy(ask: () => Promise<AccessToken>): Promise<void> {
    const answer = await ask();
    this.#header = bearer(answer?.accessToken, "onTokenExpired's accessToken");
  }
}

/** `Authorization: Basic` (RFC 7617), in UTF-8. */
export const basic = (apiKey: ApiKeyCredential): string => {
  const id = filled(apiKey?.id, "apiKey.id");
  const secret = filled(apiKey?.secret, "apiKey.secret");
  if (id.includes(":")) throw new ConfigurationError("apiKey.id must not hold a colon");
  return `Basic ${btoa(String.fromCharCode(...new TextEncoder().encode(`${id}:${secret}`)))}`;
};

/** `Authorization: Bearer` (RFC 6750, 2.1). */
export const bearer = (accessToken: unknown, name = "accessToken"): string => {
  const token = filled(accessToken, name);
  if (!/^[\w.~+/=-]+$/.test(token)) throw new ConfigurationError(`${name} holds characters that no token has`);
  return `Bearer ${token}`;
};

const filled = (value: unknown, name: string): string => {
  if (typeof value === "string" && value) return value;
  throw new ConfigurationError(`${name} is missing; is the environment variable set that it comes from?`);
};
