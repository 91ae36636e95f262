import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import type Provider from "oidc-provider";
import { signingAlgorithms } from "./configuration.ts";
import { addressTo } from "./hand-over.ts";
import { type StaticDocument, staticDocument } from "./static-document.ts";

const maxAgeSeconds = 24 * 60 * 60;
const path = "/.well-known/openid-configuration";

/** The provider's own metadata (OpenID Connect Discovery, 3; RFC 8414, 2), rendered once. */
export const discoveryDocument = async (provider: Provider): Promise<StaticDocument> => {
  const text = await answerOf(provider, path);
  const document = {
    // The answer of that endpoint is an object (RFC 8414, 3.2).
    ...(JSON.parse(text) as object),
    // The library names the algorithms of the keys that there are; those of keys made on demand count as well, and what may
    // be cached for a day must not change with them.
    id_token_signing_alg_values_supported: signingAlgorithms,
  };
  return staticDocument(document, maxAgeSeconds);
};

/** What the provider answers to a GET, without a connection. */
const answerOf = (provider: Provider, url: string): Promise<string> => {
  const request = new IncomingMessage(new Socket());
  request.method = "GET";
  addressTo(request, provider.issuer, url);
  const response = new ServerResponse(request);
  return new Promise((resolve, reject) => {
    response.end = (body?: unknown) => {
      if (response.statusCode === 200) resolve(String(body));
      else reject(new Error(`The provider answers ${response.statusCode} for ${url}.`));
      return response;
    };
    provider.callback()(request, response).catch(reject);
  });
};
