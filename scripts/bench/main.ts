import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Server, startBare, startServer } from "../server.ts";
import { postmasterOf } from "./blocks.ts";
import { measureIdleIssuers } from "./idle-issuers.ts";
import { measureLogins } from "./logins.ts";
import { measureMutations } from "./mutations.ts";
import { measurePages } from "./pages.ts";

import { holds, type Measure, report } from "./report.ts";
import { measureScale } from "./scale.ts";
import { Api, firstKey, makeKeys } from "./seed.ts";

import type { Stage } from "./stage.ts";

import { measureIssuers, measureStartUp } from "./start-up.ts";
import { measureTokens } from "./tokens.ts";
import { measureVerification } from "./verification.ts";
import { measureWebhooks } from "./webhooks.ts";

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    blocks: { type: "string" },
    only: { type: "string" },
    out: { type: "string", default: "bench-results.json" },
  },
});
const blocks = Number(values.blocks ?? (values.quick ? 6 : 20));
const blockMs = values.quick ? 1000 : 2000;

const wanted = values.only?.split(",");

/** What is measured while the servers run, by the first of its figures. */
const parts: [string, (stage: Stage) => Promise<Measure[]>][] = [
  ["P1", measureVerification],
  ["P4", measureTokens],
  ["P5", measureMutations],
  ["P6", measureScale],
  ["P7", measurePages],
  ["P8", ({ server, dataDir }) => measureWebhooks(server, dataDir, values.quick ? 40 : 120)],
  ["P10", () => measureLogins(values.quick ? 3 : 10)],
  ["P11", measureIdleIssuers],
  ["P12", ({ api, account, server }) => measureIssuers(api, account, server.url, values.quick ? 50 : 200)],
];

const measures = await measureAll();
report(measures, values.out);
process.exit(measures.every(holds) ? 0 : 1);

async function measureAll(): Promise<Measure[]> {
  const dataDir = await mkdtemp(join(tmpdir(), "authpi-bench-"));
  const running: Server[] = [];
  try {
    const server = await startServer(dataDir);
    running.push(server);
    const bare = await startBare();
    running.push(bare);
    const key = await firstKey(server);
    const api = new Api(server, key);
    const account = await api.account();
    const keys = await makeKeys(api, account, 100);
    const plan = { blocks, blockMs, warmUpMs: 3000, postgresPid: await postmasterOf(dataDir) };
    const stage = { bare, server, dataDir, keys, plan, api, key, account };
    const measured: Measure[] = [];
    for (const [part, measure] of parts) {
      if (!wanted || wanted.includes(part)) measured.push(...(await measure(stage)));
    }
    for (const process of running.splice(0)) await process.stop();
    if (!wanted || wanted.includes("P9")) measured.push(...(await measureStartUp(dataDir, values.quick ? 3 : 10)));
    return measured;
  } finally {
    for (const process of running) await process.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}
