import { withClient } from "@authpi/api/db/connect";
import { attachEmbedded } from "@authpi/api/db/embedded";
import type { Server } from "../server.ts";
import { type Block, compare, type Subject } from "./blocks.ts";
import { type Measure, spreadOf } from "./report.ts";
import { basic } from "./seed.ts";
import type { Stage } from "./stage.ts";

/** P1, P2, P3: what the verification costs beside a route that does nothing. */
export async function measureVerification(stage: Stage): Promise<Measure[]> {
  const before = await recorded(stage.dataDir);
  const many = await pairsOf(stage, 64);
  const after = await recorded(stage.dataDir);
  const statements = (after.statements - before.statements) / (after.answers - before.answers);
  const alone = await pairsOf(stage, 1);
  return [
    ...measuresOf("P1", "64 connections", many, { least: 0.55, aim: 0.68 }),
    ...measuresOf("P2", "1 connection", alone, { least: 0.28, aim: 0.33 }),
    {
      ...{ id: "P3", name: "statements per verification, 64 connections", unit: "", digits: 4 },
      ...{ value: spreadOf([statements]), bound: { most: 0.06, aim: 0.04 } },
    },
  ];
}

async function pairsOf({ bare, server, keys, plan }: Stage, connections: number): Promise<[Block, Block][]> {
  const requests = keys.map((key) => `GET /v1/me HTTP/1.1\r\nhost: localhost\r\nauthorization: ${basic(key)}\r\n\r\n`);
  const subject = (name: string, { pid, port }: Server): Subject => ({
    name,
    pid,
    target: { port, connections, requests },
  });
  const pairs = await compare(subject("bare", bare), subject("me", server), plan);
  const errors = pairs.flat().reduce((sum, block) => sum + block.errors, 0);
  if (errors > 0) throw new Error(`${errors} requests failed: nothing that was measured is worth anything`);
  return pairs;
}

function measuresOf(
  id: string,
  when: string,
  pairs: [Block, Block][],
  bound: { least: number; aim: number },
): Measure[] {
  const measure = (name: string, unit: string, digits: number, of: (bare: Block, me: Block) => number): Measure => ({
    ...{ id: "", name: `${name}, ${when}`, unit, digits, value: spreadOf(pairs.map(([bare, me]) => of(bare, me))) },
  });
  const ratio = measure("bare route / GET /v1/me", "", 3, (bare, me) => bare.nodeUs / me.nodeUs);
  return [
    { ...ratio, id, bound },
    measure("bare route, Node", "us", 1, (bare) => bare.nodeUs),
    measure("GET /v1/me, Node", "us", 1, (_, me) => me.nodeUs),
    measure("GET /v1/me, PostgreSQL", "us", 1, (_, me) => me.postgresUs),
    measure("GET /v1/me", "requests/s", 0, (_, me) => me.answers / me.seconds),
    measure("GET /v1/me, p99", "ms", 2, (_, me) => me.p99),
    measure("the machine's other work", "%", 0, (bare, me) => 50 * (bare.others + me.others)),
  ];
}

/** Every statement is one transaction, and each of its events carries that transaction's id: so statements can be counted. */
async function recorded(dataDir: string): Promise<{ answers: number; statements: number }> {
  const connection = await attachEmbedded(dataDir);
  if (!connection) throw new Error("the server's PostgreSQL does not run");
  return withClient(connection, async (client) => {
    const { rows } = await client.query<{ answers: number; statements: number }>(
      "select count(*)::int as answers, count(distinct xid)::int as statements from events where metered",
    );
    return rows[0] ?? { answers: 0, statements: 0 };
  });
}
