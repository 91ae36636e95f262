import { setTimeout as delay } from "node:timers/promises";
import { fastify } from "fastify";
import type pg from "pg";
import { afterAll } from "vitest";
import { readInstallation } from "../../src/core/installation/operations.ts";
import { openDatabase } from "../../src/db/open.ts";
import { rateLimits } from "../../src/domain/rate-limits.ts";
import { answerErrors } from "../../src/http/errors.ts";
import { traceOf } from "../../src/http/origin.ts";
import { Problem, unauthorized } from "../../src/http/problem.ts";
import { Refusals } from "../../src/limits/refusals.ts";
import { meRoute } from "../../src/verification/me.ts";
import { Verifier, type VerifierOptions } from "../../src/verification/verifier.ts";
import { type Answer, apiClient, type Credential } from "../harness/client.ts";
import { testDeps } from "../harness/deps.ts";
import type { Tenant, World } from "../harness/world.ts";

type Limits = Omit<Partial<VerifierOptions>, "connection" | "deps" | "log"> & { badCredentialsPerMinute?: number };

/** A process's worth of the hot path, with limits of its own. */
export interface Stand {
  url: string;
  verifier: Verifier;
  me(key: Credential, headers?: Record<string, string>): Promise<Answer>;
  /** The statuses of so many calls at once. */
  many(count: number, key: (n: number) => Credential): Promise<Tally>;
  /** How many callers have closed their connection. */
  gone(): number;
  close(): Promise<void>;
}
export type Tally = Record<number, number>;

export const createStand = async (
  world: World,
  { badCredentialsPerMinute = 1e6, ...limits }: Limits = {},
  connection: pg.ClientConfig = world.connection,
): Promise<Stand> => {
  const { clock } = world.server;
  const deps = testDeps(clock);
  const database = openDatabase({ connection, poolMax: 1 });
  const { rootIssuerId, epoch } = await readInstallation(database);
  await database.close();
  const verifier = new Verifier({ connection, deps, rootIssuerId, installationEpoch: epoch, log: () => {}, ...limits });
  await until(() => verifier.lanesUp === 2);
  const app = fastify({ genReqId: () => deps.ids.make("request") });
  // As the server does it: before its sockets are closed.
  app.addHook("onClose", () => verifier.close());
  answerErrors(app, app.log);
  const problem = (...told: ConstructorParameters<typeof Problem>) => new Problem(...told);
  const tokens = { verify: async () => ({ reason: "invalid" }) as const };
  const refused = { ...rateLimits.badCredentials, max: badCredentialsPerMinute };
  const refusals = new Refusals(refused, clock.now);
  meRoute(app, { verifier, tokens, refusals, traceOf, unauthorized, problem });
  const url = await app.listen({ host: "127.0.0.1", port: 0 });
  let open = true;
  let gone = 0;
  app.server.on("connection", (socket) => socket.once("close", () => gone++));
  const stand: Stand = {
    url,
    verifier,
    me: (key, headers) => apiClient(url, key, "").get("/v1/me", headers),
    many: async (count, key) => {
      const answers = await Promise.all(Array.from({ length: count }, (_, n) => stand.me(key(n))));
      return tally(answers.map(({ status }) => status));
    },
    gone: () => gone,
    close: async () => {
      if (!open) return;
      open = false;
      // Connections that become idle while it closes would be kept for later calls.
      const sweep = setInterval(() => app.server.closeIdleConnections(), 20);
      await app.close();
      clearInterval(sweep);
    },
  };
  afterAll(() => stand.close());
  return stand;
};

export const until = async (condition: () => boolean | Promise<boolean>) => {
  const deadline = Date.now() + 15_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error("It did not come to pass.");
    await delay(10);
  }
};

export const tally = (statuses: readonly number[]): Tally => {
  const counts: Tally = {};
  for (const status of statuses) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
};

/** An organization of the tenant's, and keys of it. */
export interface Organization {
  issuerId: string;
  orgId: string;
  /** Below the account. */
  path: string;
  key(restrictions?: { scopes?: string[]; ip_allowlist?: string[] }, more?: object): Promise<Credential>;
}

export const makeOrganization = async ({ api }: Tenant): Promise<Organization> => {
  const issuer = made(await api.post("issuers", { name: "acme" }));
  const below = `issuers/${issuer.id}/organizations`;
  const organization = made(await api.post(below, { name: "Globex" }));
  const path = `${below}/${organization.id}`;
  return {
    issuerId: issuer.id,
    orgId: organization.id,
    path,
    key: async (restrictions = {}, more = {}) => {
      const body = { name: "backend", restrictions: { scopes: ["invoices:read"], ...restrictions }, ...more };
      const { id, secret_plain } = made(await api.post(`${path}/api-keys`, body));
      return { id, secret: secret_plain };
    },
  };
};

export const made = ({ status, text, body }: Answer) => {
  if (status >= 300) throw new Error(`${status} ${text}`);
  return body.data;
};

/** How many verifications of the key are recorded. */
export const verificationsOf = async (world: World, { id }: Credential): Promise<number> => {
  const [row] = await world.sql<{ count: number }>(
    "select count(*)::int as count from events where type = 'api-key.verified' and key_id = $1",
    [id],
  );
  return row?.count ?? 0;
};

/** The processes of PostgreSQL that run verifications in this file's database, the one that worked last first. */
export const backendsOf = async (world: World): Promise<number[]> => {
  const rows = await world.sql<{ pid: number }>(
    "select pid from pg_stat_activity where datname = current_database() and application_name = 'authpi verification' order by query_start desc",
  );
  return rows.map(({ pid }) => pid);
};
