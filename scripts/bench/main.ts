import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { holds, type Measure, report } from "./report.ts";
import { Api, firstKey, makeKeys } from "./seed.ts";
import { type Server, startBare, startServer } from "./server.ts";
import { measureIssuers, measureStartUp } from "./start-up.ts";
import { measureVerification } from "./verification.ts";

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    blocks: { type: "string" },
    out: { type: "string", default: "bench-results.json" },
  },
});
const blocks = Number(values.blocks ?? (values.quick ? 6 : 20));
const blockMs = values.quick ? 1000 : 2000;

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
    const api = new Api(server, await firstKey(server));
    const account = await api.account();
    const keys = await makeKeys(api, account, 100);
    const plan = { blocks, blockMs, warmUpMs: 3000, postgresPid: await postmasterOf(dataDir) };
    const verification = await measureVerification({ bare, server, dataDir, keys, plan });
    const issuers = await measureIssuers(api, account, server.url, values.quick ? 50 : 200);
    for (const process of running.splice(0)) await process.stop();
    return [...verification, ...(await measureStartUp(dataDir, values.quick ? 3 : 10)), ...issuers];
  } finally {
    for (const process of running) await process.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function postmasterOf(dataDir: string): Promise<number> {
  return Number.parseInt(await readFile(join(dataDir, "postgres/postmaster.pid"), "utf8"), 10);
}
