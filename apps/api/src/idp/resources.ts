import { type Client, errors, type KoaContextWithOIDC, type ResourceServer } from "oidc-provider";
import { scopes as openidScopes } from "./claims.ts";
import { ownOf } from "./storage/clients.ts";

/** What a client that names no resource gets its access tokens for: itself. The library wants an absolute URI. */
export const clientResource = (clientId: string): string => `urn:authpi:client:${clientId}`;

export const audienceOf = (client: Client, resource: string): string =>
  resource === clientResource(client.clientId) ? client.clientId : resource;

/** The resource of a request that names none, or the first of several: an access token is for all of those (tokens.ts). */
export const defaultResource = (
  _: KoaContextWithOIDC,
  client: Client | undefined,
  oneOf?: readonly string[],
): string => {
  if (oneOf?.[0] !== undefined) return oneOf[0];
  if (!client) throw new errors.InvalidTarget();
  return clientResource(client.clientId);
};

/** What may be asked for at a resource: whatever the client may ask for at all, for its list of resources says which there are. */
export const resourceServerInfo = (client: Client, resource: string): Omit<ResourceServer, "identifier"> => {
  const own = ownOf(client);
  if (resource !== clientResource(client.clientId) && !own.resources.includes(resource)) {
    throw new errors.InvalidTarget("this resource is not in the list of the client");
  }
  return {
    scope: [...openidScopes, ...own.scopes].join(" "),
    audience: audienceOf(client, resource),
    accessTokenFormat: "jwt",
    jwt: { sign: { alg: client.idTokenSignedResponseAlg as "ES256" | "EdDSA" | "RS256" } },
  } as Omit<ResourceServer, "identifier">;
};
