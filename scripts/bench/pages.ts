import { withClient } from "@authpi/api/db/connect";
import { attachEmbedded } from "@authpi/api/db/embedded";
import { compare } from "./blocks.ts";
import { type Measure, spreadOf } from "./report.ts";
import { basic } from "./seed.ts";
import type { Stage } from "./stage.ts";

const deep = 1000;
const limit = 50;

/** P7: the first page of the events, and the one a thousand pages further on. */
export async function measurePages({ api, key, account, server, dataDir, plan }: Stage): Promise<Measure[]> {
  await fill(dataDir, account.replace(/^.*\//, ""), (deep + 5) * limit);
  const path = `${account}/events?limit=${limit}`;
  let cursor = "";
  for (let page = 1; page < deep; page++) cursor = await api.nextCursor(path + (cursor && `&cursor=${cursor}`));
  const subject = (name: string, url: string) => {
    const request = `GET ${url} HTTP/1.1\r\nhost: localhost\r\nauthorization: ${basic(key)}\r\n\r\n`;
    return { name, pid: server.pid, target: { port: server.port, connections: 4, requests: [request] } };
  };
  const pairs = await compare(subject("first", path), subject("deep", `${path}&cursor=${cursor}`), plan);
  if (pairs.flat().some(({ errors }) => errors > 0))
    throw new Error("requests failed: what was measured is worth nothing");
  const value = spreadOf(pairs.map(([first, last]) => last.postgresUs / first.postgresUs));
  const measure = (name: string, of: (pair: (typeof pairs)[number]) => number): Measure => ({
    ...{ id: "", name, unit: "us", digits: 0, value: spreadOf(pairs.map(of)) },
  });
  return [
    {
      id: "P7",
      name: "events, page 1,000 / page 1, PostgreSQL",
      unit: "",
      digits: 3,
      value,
      bound: { most: 1.2, aim: 1.05 },
    },
    measure("events, page 1, PostgreSQL", ([first]) => first.postgresUs),
    measure("events, page 1, Node", ([first]) => first.nodeUs),
  ];
}

/** Copies of the newest event, made just before it: an id begins with its time, and the first eleven digits hold all of that. */
async function fill(dataDir: string, accountId: string, count: number): Promise<void> {
  const connection = await attachEmbedded(dataDir);
  if (!connection) throw new Error("the server's PostgreSQL does not run");
  await withClient(connection, async (client) => {
    await client.query(
      `with model as (select * from events where account_id = $1 and not metered order by id desc limit 1)
       insert into events (account_id, id, metered, created_at, epoch, type, source, trigger, trace, auth, subject, data, issuer_id)
       select m.account_id, left(m.id, 15) || lpad(n::text, 14, '0'), m.metered, m.created_at - 1, m.epoch, m.type, m.source, m.trigger,
         m.trace, m.auth, m.subject, m.data, m.issuer_id
       from model m, generate_series(1, $2::int) n`,
      [accountId, count],
    );
    await client.query("vacuum analyze events");
  });
}
