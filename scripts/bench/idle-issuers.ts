import { randomBytes } from "node:crypto";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { withClient } from "@authpi/api/db/connect";
import { attachEmbedded } from "@authpi/api/db/embedded";
import { openDatabase } from "../../apps/api/src/db/open.ts";
import { createDeps } from "../../apps/api/src/deps.ts";
import { createIssuers } from "../../apps/api/src/idp/issuers.ts";
import { makeSigningKeys } from "../../apps/api/src/keys/signing-keys.ts";
import { TokenVerifier } from "../../apps/api/src/verification/tokens/token-verifier.ts";
import { issuerSettingsDefault } from "../../packages/schema/src/index.ts";
import type { Measure } from "./report.ts";
import type { Stage } from "./stage.ts";

const ISSUERS = 10_000;
const WARM = 2000;

/** P11: what an issuer that nobody asks for costs the process that once served it: heap after 10,000 against after 2,000. */
export async function measureIdleIssuers({ dataDir }: Pick<Stage, "dataDir">): Promise<Measure[]> {
  const connection = await attachEmbedded(dataDir);
  if (!connection) throw new Error("the server's PostgreSQL does not run");
  const idpUrl = "http://127.0.0.1:1";
  const retention = { eventsRetentionDays: 400, meteredEventsRetentionDays: 30 };
  const deps = createDeps({ url: idpUrl, idpUrl, ...retention }, randomBytes(32));
  const ids = await insertIssuers(connection, deps);
  const database = openDatabase({ connection, poolMax: 4 });
  const outgoing = { send: () => Promise.reject(new Error("Nobody is asked.")) };
  const log = { info: () => {}, warn: () => {}, error: () => {} };
  const place = { deps, rootIssuerId: "i_root", epoch: 1 };
  const tokens = new TokenVerifier({ query: database.verify, ...place });
  const issuers = await createIssuers({ database, ...place, tokens, log, outgoing });
  try {
    const after = async (from: number, to: number): Promise<number> => {
      for (const id of ids.slice(from, to)) if (!(await issuers.get(id))) throw new Error(`${id} is not there`);
      return heap();
    };
    const warm = await after(0, WARM);
    const all = await after(WARM, ISSUERS);
    const bytes = (all - warm) / (ISSUERS - WARM);
    const { held, built } = issuers.counts();
    if (built !== ISSUERS) throw new Error(`${built} issuers were built`);
    const value = (one: number) => ({ median: one, q1: one, q3: one });
    return [
      {
        ...{ id: "P11", name: "heap per issuer beyond the LRU, 10,000 against 2,000", unit: "KiB", digits: 2 },
        ...{ value: value(bytes / 1024), bound: { most: 0.5, aim: 0 } },
      },
      { id: "", name: `heap with ${held} issuers held`, unit: "MiB", digits: 1, value: value(all / 1024 / 1024) },
    ];
  } finally {
    await issuers.close();
    await database.close();
  }
}

type Deps = ReturnType<typeof createDeps>;

async function insertIssuers(
  connection: NonNullable<Awaited<ReturnType<typeof attachEmbedded>>>,
  deps: Deps,
): Promise<string[]> {
  const accountId = deps.ids.make("account");
  const links = { privacy_policy: null, terms_of_service: null, website: null, support: null, documentation: null };
  const ids: string[] = [];
  await withClient(connection, async (client) => {
    for (let n = 0; n < ISSUERS; n++) {
      const id = deps.ids.make("issuer");
      await client.query(
        "insert into issuers (account_id, id, name, links, settings, created_at, updated_at) values ($1, $2, 'Idle', $3, $4, 1, 1)",
        [accountId, id, links, issuerSettingsDefault],
      );
      for (const { kid, alg, public_jwk, private_key } of await makeSigningKeys(deps, id)) {
        await client.query(
          `insert into issuer_signing_keys (account_id, issuer_id, kid, alg, public_jwk, private_key, status, created_at)
            values ($1, $2, $3, $4, $5, $6, 'active', 1)`,
          [accountId, id, kid, alg, public_jwk, private_key],
        );
      }
      ids.push(id);
    }
  });
  return ids;
}

setFlagsFromString("--expose-gc");
const collect: () => void = runInNewContext("gc");

/** Bytes, without what is garbage. */
const heap = (): number => {
  for (let n = 0; n < 4; n++) collect();
  return process.memoryUsage().heapUsed;
};
