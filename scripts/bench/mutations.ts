import { type Server, startHandWritten } from "../server.ts";
import { compare } from "./blocks.ts";
import { type Measure, spreadOf } from "./report.ts";
import { basic } from "./seed.ts";
import type { Stage } from "./stage.ts";

const connections = 16;

/** P5: a row and its event by a transaction that is written by hand, and by our POST over HTTP. */
export async function measureMutations({ api, key, account, server, dataDir, plan }: Stage): Promise<Measure[]> {
  const issuer = await api.create(`${account}/issuers`, { name: "Bench" });
  const byHand = await startHandWritten(dataDir, account.replace(/^.*\//, ""), String(issuer.id));
  try {
    const body = JSON.stringify({ name: "Globex" });
    const post = (path: string, headers = "") =>
      `POST ${path} HTTP/1.1\r\nhost: localhost\r\n${headers}content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
    const ours = post(`${account}/issuers/${issuer.id}/organizations`, `authorization: ${basic(key)}\r\n`);
    const subject = (name: string, { pid, port }: Server, request: string) => ({
      ...{ name, pid, target: { port, connections, requests: [request] } },
    });
    const pairs = await compare(
      subject("by hand", byHand, post("/organizations")),
      subject("ours", server, ours),
      plan,
    );
    const errors = pairs.flat().reduce((sum, block) => sum + block.errors, 0);
    if (errors > 0) throw new Error(`${errors} requests failed: nothing that was measured is worth anything`);
    const measure = (
      name: string,
      unit: string,
      digits: number,
      of: (pair: (typeof pairs)[number]) => number,
    ): Measure => ({
      ...{ id: "", name, unit, digits, value: spreadOf(pairs.map(of)) },
    });
    return [
      {
        ...measure("a transaction by hand / our POST", "", 3, ([hand, post]) => hand.nodeUs / post.nodeUs),
        ...{ id: "P5", bound: { least: 0.35, aim: 0.5 } },
      },
      measure("by hand, Node", "us", 1, ([hand]) => hand.nodeUs),
      measure("our POST, Node", "us", 1, ([, post]) => post.nodeUs),
      measure("by hand, PostgreSQL", "us", 1, ([hand]) => hand.postgresUs),
      measure("our POST, PostgreSQL", "us", 1, ([, post]) => post.postgresUs),
    ];
  } finally {
    await byHand.stop();
  }
}
