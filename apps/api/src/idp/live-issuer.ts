import type { FastifyBaseLogger } from "fastify";
import { type AdapterFactory, Provider } from "oidc-provider";
import type { Deps } from "../deps.ts";
import { openSigningKey } from "../keys/signing-keys.ts";
import { configurationOf } from "./configuration.ts";
import { discoveryDocument } from "./discovery.ts";
import { jwksDocument } from "./jwks.ts";
import type { StaticDocument } from "./static-document.ts";
import type { StoredIssuer } from "./store.ts";

/** An issuer as one version of its settings and keys makes it; another version is another object. */
export interface LiveIssuer {
  id: string;
  accountId: string;
  version: number;
  url: string;
  provider: Provider;
  callback: ReturnType<Provider["callback"]>;
  discovery: StaticDocument;
  jwks: StaticDocument;
}

export interface BuildParts {
  deps: Pick<Deps, "keys" | "idpUrl">;
  /** What the provider stores its artifacts in. */
  adapterOf: (issuer: Pick<LiveIssuer, "id" | "accountId">) => AdapterFactory;
  log: Pick<FastifyBaseLogger, "info" | "warn" | "error">;
}

export const buildIssuer = async (
  { deps, adapterOf, log }: BuildParts,
  { account_id, id, version, links, settings, keys }: StoredIssuer,
): Promise<LiveIssuer> => {
  const url = `${deps.idpUrl}/${id}`;
  const privateKeys = keys.filter((key) => key.status !== "next").map((key) => openSigningKey(deps, key));
  const facts = { id, url, links, settings, privateKeys };
  const provider = new Provider(url, configurationOf(deps, facts, adapterOf({ id, accountId: account_id })));
  // It then believes X-Forwarded-*, which the hand-over writes.
  provider.proxy = true;
  report(provider, id, log);
  return {
    id,
    accountId: account_id,
    version,
    url,
    provider,
    callback: provider.callback(),
    discovery: await discoveryDocument(provider),
    jwks: jwksDocument(keys),
  };
};

const report = (provider: Provider, issuerId: string, log: BuildParts["log"]): void => {
  provider.on("server_error", (_, error) => log.error({ err: error, issuerId }, "The OIDC runtime failed."));
  provider.on("grant.error", (_, { error, error_description }) =>
    log.info({ issuerId, error, error_description }, "A token request was refused."),
  );
};
