import type { IssuerLinks, IssuerSettings } from "@authpi/schema";
import { type Client, Provider } from "oidc-provider";
import { openSigningKey } from "../keys/signing-keys.ts";
import { configurationOf } from "./configuration.ts";
import { discoveryDocument } from "./discovery.ts";
import { jwksDocument } from "./jwks.ts";
import { type TokenSigner, tokenSigner } from "./machine/sign.ts";
import type { Runtime } from "./runtime.ts";
import type { StaticDocument } from "./static-document.ts";
import { isSecretOf } from "./storage/clients.ts";
import type { StoredIssuer } from "./store.ts";
import { answerStructured } from "./structured-tokens.ts";

/** An issuer as one version of its settings and keys makes it; another version is another object. */
export interface LiveIssuer {
  id: string;
  accountId: string;
  version: number;
  url: string;
  name: string;
  links: IssuerLinks;
  settings: IssuerSettings;
  provider: Provider;
  callback: ReturnType<Provider["callback"]>;
  discovery: StaticDocument;
  jwks: StaticDocument;
  tokens: TokenSigner;
}

export const buildIssuer = async (
  runtime: Runtime,
  { account_id, id, name, version, links, settings, keys }: StoredIssuer,
): Promise<LiveIssuer> => {
  const { deps, log } = runtime;
  const url = `${deps.idpUrl}/${id}`;
  const privateKeys = keys.filter((key) => key.status !== "next").map((key) => openSigningKey(deps, key));
  const facts = { id, accountId: account_id, url, name, links, settings, privateKeys };
  const provider = new Provider(url, configurationOf(runtime, facts));
  Object.assign(provider.Client.prototype, clientRules(deps));
  // It then believes X-Forwarded-*, which the hand-over writes.
  provider.proxy = true;
  provider.use(answerStructured(runtime, facts));
  report(provider, id, log);
  return {
    id,
    accountId: account_id,
    version,
    url,
    name,
    links,
    settings,
    provider,
    callback: provider.callback(),
    discovery: await discoveryDocument(provider),
    jwks: jwksDocument(keys),
    tokens: tokenSigner(privateKeys, settings.access.tokens.access_token_ttl),
  };
};

/** Secrets are kept as MACs, several at a time; every sign-in has a session that its tokens name. */
const clientRules = (deps: Runtime["deps"]) => ({
  compareClientSecret(this: Client, presented: string): boolean {
    return isSecretOf(deps, this, presented);
  },
  includeSid: (): boolean => true,
});

const report = (provider: Provider, issuerId: string, log: Runtime["log"]): void => {
  provider.on("server_error", (_, error) => log.error({ err: error, issuerId }, "The OIDC runtime failed."));
  provider.on("grant.error", (_, { error, error_description }) =>
    log.info({ issuerId, error, error_description }, "A token request was refused."),
  );
};
