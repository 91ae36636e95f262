import { transport } from "#transport";
import { AdminTree } from "./generated/tree.ts";
import type { Me } from "./generated/types.ts";
import { Http } from "./http.ts";
import type { AuthPIAdminOptions, CallOptions } from "./options.ts";
import { settingsOf } from "./settings.ts";

/**
 * The client of the Core API.
 *
 * @example
 * const admin = new AuthPIAdmin({ apiKey: { id: process.env.AUTHPI_KEY_ID, secret: process.env.AUTHPI_KEY_SECRET } });
 * const issuer = await admin.issuers.create({ name: "acme-prod" });
 */
export class AuthPIAdmin extends AdminTree {
  readonly #http: Http;

  /** Throws a ConfigurationError that names the option that is wrong. Sends nothing. */
  constructor(options: AuthPIAdminOptions) {
    const http = new Http(settingsOf(options, transport));
    super(http);
    this.#http = http;
  }

  /**
   * Who the credential is and what it may do, read afresh: a key revoked a moment ago gives an AuthenticationError.
   *
   * @example
   * const who = await new AuthPIAdmin({ apiKey: { id: key.id, secret: key.secret_plain } }).whoami();
   */
  whoami(options?: CallOptions): Promise<Me> {
    return this.#http.me(options);
  }
}
