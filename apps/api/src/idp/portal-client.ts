import type { IssuerPlace } from "./runtime.ts";
import { type Metadata, ownMetadata } from "./storage/clients.ts";

/** The issuer's own pages are a client of it: who is not signed in comes by the same way as at any other application. */
export const portalClientId = "portal";

/** Where it returns to; the code that comes along is never used. */
export const portalReturnPath = "/ui/return";

export const portalClient = ({ url }: IssuerPlace): Metadata => ({
  client_id: portalClientId,
  client_name: "Account",
  redirect_uris: [`${url}${portalReturnPath}`],
  response_types: ["code"],
  grant_types: ["authorization_code"],
  application_type: "web",
  token_endpoint_auth_method: "none",
  id_token_signed_response_alg: "ES256",
  require_pkce: true,
  [ownMetadata]: {
    internal: true,
    scopes: [],
    resources: [],
    organizations: { mode: "none", ids: [] },
    access_token_ttl: null,
    portal: true,
  },
});
