import type { Server } from "node:http";
import { exportJWK, generateKeyPair } from "jose";
import Provider, {
  type AdapterFactory,
  type AdapterPayload,
  type ClientMetadata,
  type ResourceServer,
} from "oidc-provider";

export interface BareOptions {
  url: string;
  client: ClientMetadata;
  scopes: string[];
  resources: string[];
}

/** oidc-provider by itself, in memory, with what JWT access tokens of machines need: the yardstick for ours. */
export const createBareProvider = async ({ url, client, scopes, resources }: BareOptions): Promise<Provider> => {
  const { privateKey } = await generateKeyPair("ES256", { extractable: true });
  const key = { ...(await exportJWK(privateKey)), kid: "one", alg: "ES256", use: "sig" };
  const own = `urn:bare:${client.client_id}`;
  const server: Omit<ResourceServer, "identifier"> = {
    scope: scopes.join(" "),
    audience: client.client_id,
    accessTokenFormat: "jwt",
    accessTokenTTL: 1800,
    jwt: { sign: { alg: "ES256" } },
  } as Omit<ResourceServer, "identifier">;
  return new Provider(url, {
    adapter: memory(client),
    jwks: { keys: [key] },
    routes: { token: "/token" },
    scopes: [...scopes, "openid"],
    clientAuthMethods: ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"],
    clientDefaults: { id_token_signed_response_alg: "ES256" },
    enabledJWA: { idTokenSigningAlgValues: ["ES256"] },
    clockTolerance: 5,
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: (_, __, oneOf) => oneOf?.[0] ?? own,
        getResourceServerInfo: (_, resource) => ({
          ...server,
          audience: resources.includes(resource) ? resource : client.client_id,
        }),
      },
    },
  });
};

/** Serves it as the runtime does, behind one HTTP server. */
export const serveBare = (provider: Provider, server: Server): void => {
  const callback = provider.callback();
  server.on("request", (request, response) => void callback(request, response));
};

const memory = (client: ClientMetadata): AdapterFactory => {
  const stored = new Map<string, AdapterPayload>();
  return (model) => ({
    find: async (id) => (model === "Client" ? (id === client.client_id ? client : undefined) : stored.get(id)),
    findByUid: async () => undefined,
    findByUserCode: async () => undefined,
    upsert: async (id, payload) => void stored.set(id, payload),
    consume: async () => undefined,
    destroy: async (id) => void stored.delete(id),
    revokeByGrantId: async () => undefined,
  });
};
