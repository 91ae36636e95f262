import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet } from "jose";
import { vi } from "vitest";
import { readInstallation } from "../../src/core/installation/operations.ts";
import { buildIssuer } from "../../src/idp/live-issuer.ts";
import { activeIssuer } from "../../src/idp/store.ts";
import type { JobContext } from "../../src/jobs/job.ts";
import { TokenVerifier } from "../../src/verification/tokens/token-verifier.ts";
import { runJobs } from "../harness/jobs.ts";
import type { World } from "../harness/world.ts";

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

export interface KeyState {
  kid: string;
  alg: string;
  status: string;
  purpose: string;
  signs_at: number | null;
  retired_at: number | null;
}

/** What rotation looks like from outside, and from inside. */
export const rotationOf = (world: World) => {
  const { clock, database, deps, url, outgoing } = world.server;
  const keysOf = (issuerId: string) =>
    world.sql<KeyState & Record<string, unknown>>(
      `select kid, alg, status, purpose, signs_at::float8 as signs_at, retired_at::float8 as retired_at
        from issuer_signing_keys where issuer_id = $1 order by alg, purpose, created_at`,
      [issuerId],
    );
  const jwksOf = async (issuerId: string, at = url) =>
    (await (await fetch(`${at}/${issuerId}/jwks.json`)).json()) as JSONWebKeySet;
  return {
    keysOf,
    jwksOf,
    /** The kids that a status has, by their algorithm. */
    kids: async (issuerId: string, status: string): Promise<Record<string, string>> => {
      const keys = (await keysOf(issuerId)).filter((key) => key.purpose === "tokens" && key.status === status);
      return Object.fromEntries(keys.map(({ alg, kid }) => [alg, kid]));
    },
    /** The published kids, once a server has heard of the change. */
    published: (issuerId: string, kids: string[], at?: string) =>
      vi.waitFor(
        async () => {
          const shown = (await jwksOf(issuerId, at)).keys.map(({ kid }) => String(kid));
          if (shown.sort().join() !== [...kids].sort().join()) throw new Error(`Published are ${shown.join()}.`);
        },
        { timeout: 3000, interval: 10 },
      ),
    /** Whether an issuer's public keys verify a token. */
    verifier: async (issuerId: string) => createLocalJWKSet(await jwksOf(issuerId)),
    versionOf: async (issuerId: string): Promise<number> => Number((await database.issuerAccount(issuerId))?.version),
    /** What the OIDC runtime of the issuer signs with. */
    signingKid: async (accountId: string, issuerId: string, alg: string): Promise<string> => {
      const stored = await database.transaction(accountId, (tx) => activeIssuer(tx, issuerId));
      if (!stored) throw new Error(`${issuerId} is not active.`);
      const log = { info: () => {}, warn: () => {}, error: () => {} };
      const { rootIssuerId, epoch } = await readInstallation(database);
      const tokens = new TokenVerifier({ query: database.verify, deps, rootIssuerId, epoch });
      const { provider } = await buildIssuer({ database, deps, rootIssuerId, tokens, epoch, log, outgoing }, stored);
      // The library's own way from a provider to its keys, which has no types.
      const { default: inside } = await import("oidc-provider/lib/helpers/weak_cache.js" as string);
      const [first] = inside(provider).keystore.selectForSign({ alg, use: "sig" });
      return first.kid;
    },
    kidOf: (token: string) => String(decodeProtectedHeader(token).kid),
    to: (time: number) => clock.advance(time - clock.now()),
    /** The job, when its time comes. */
    run: async () => {
      await database.operator((as) => as("").enqueue("keys.rotate", { data: {} }));
      for (const { name, error } of await runJobs(world.server)) if (name === "keys.rotate" && error) throw error;
    },
    context: async (): Promise<JobContext> => {
      const { rootIssuerId, epoch } = await readInstallation(database);
      const services = { ...deps, rootIssuerId, outgoing };
      const signal = AbortSignal.timeout(60_000);
      return { database, deps: services, epoch, log: console, signal, jobId: "job", isLastTry: false };
    },
  };
};
