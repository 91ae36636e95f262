import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withClient } from "@authpi/api/db/connect";
import { attachEmbedded } from "@authpi/api/db/embedded";
import { startServer } from "../server.ts";
import { compare, postmasterOf, type Subject } from "./blocks.ts";
import { type Measure, spreadOf } from "./report.ts";
import { Api, basic, firstKey, type Key, makeKeys } from "./seed.ts";
import type { Stage } from "./stage.ts";

const issuers = 10_000;
const keysEach = 10;
const hotKeys = 100;

/**
 * P6: verification with 10,000 issuers and 100,000 keys, of which 100 are in use, against one issuer with 100 keys. Both servers are
 * fresh: one that has served for a while is faster for that alone.
 */
export async function measureScale({ plan }: Stage): Promise<Measure[]> {
  const small = await startWith(async (api) => makeKeys(api, await api.account(), hotKeys));
  const large = await startWith(seed);
  try {
    const pairs = await compare(small.subject, large.subject, plan);
    const measure = (
      name: string,
      of: (pair: (typeof pairs)[number]) => number,
      most: number,
      aim: number,
    ): Measure => ({
      ...{ id: "P6", name, unit: "", digits: 3, value: spreadOf(pairs.map(of)), bound: { most, aim } },
    });
    return [
      measure("10,000 issuers, 100,000 keys / 1 and 100, Node", ([a, b]) => b.nodeUs / a.nodeUs, 1.1, 1.03),
      measure("the same, PostgreSQL", ([a, b]) => b.postgresUs / a.postgresUs, 1.3, 1.15),
    ];
  } finally {
    await Promise.all([small.stop(), large.stop()]);
  }
}

/** A server on data of its own, and the load that verifies the keys that were made there. */
async function startWith(make: (api: Api, dataDir: string) => Promise<Key[]>) {
  const dataDir = await mkdtemp(join(tmpdir(), "authpi-bench-"));
  const server = await startServer(dataDir);
  const keys = await make(new Api(server, await firstKey(server)), dataDir);
  const requests = keys.map((key) => `GET /v1/me HTTP/1.1\r\nhost: localhost\r\nauthorization: ${basic(key)}\r\n\r\n`);
  const subject: Subject = {
    name: dataDir,
    pid: server.pid,
    target: { port: server.port, connections: 64, requests },
    postgresPid: await postmasterOf(dataDir),
  };
  const stop = async () => {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  return { subject, stop };
}

/** The keys in use are made by the API, each of an issuer of its own; the others are copies of their rows. */
async function seed(api: Api, dataDir: string): Promise<Key[]> {
  const account = await api.account();
  const hot: Key[] = [];
  for (let n = 0; n < hotKeys; n++) {
    const issuer = await api.create(`${account}/issuers`, { name: `Issuer ${n}` });
    const path = `${account}/issuers/${issuer.id}/organizations`;
    const organization = await api.create(path, { name: "Globex" });
    const body = { name: "backend", restrictions: { scopes: ["invoices:read", "invoices:write", "users:read"] } };
    const { id = "", secret_plain = "" } = await api.create(`${path}/${organization.id}/api-keys`, body);
    hot.push({ id, secret: secret_plain });
  }
  const connection = await attachEmbedded(dataDir);
  if (!connection) throw new Error("the server's PostgreSQL does not run");
  await withClient(connection, async (client) => {
    for (const text of copies) await client.query(text);
  });
  return hot;
}

const copies = [
  `create temporary table model as select k.id as key_id, k.org_id, k.issuer_id from api_keys k
     join installation i on k.issuer_id <> i.root_issuer_id limit 1`,
  ...copy("issuers", "issuers.id = m.issuer_id", issuers, { id: "'i_' || lpad(n::text, 25, '0')" }),
  ...copy("organizations", "organizations.id = m.org_id", issuers, {
    id: "'org_' || lpad(n::text, 25, '0')",
    issuer_id: "'i_' || lpad(n::text, 25, '0')",
  }),
  ...copy("api_keys", "api_keys.id = m.key_id", issuers * keysEach, {
    id: "'key_' || lpad(n::text, 32, '0')",
    org_id: `'org_' || lpad((n % ${issuers} + 1)::text, 25, '0')`,
    issuer_id: `'i_' || lpad((n % ${issuers} + 1)::text, 25, '0')`,
    secret_mac: "sha256(n::text::bytea)",
  }),
  "vacuum analyze issuers, organizations, api_keys",
];

/** Rows like the one that is the model, with other values in these columns. */
function copy(table: string, where: string, count: number, values: Record<string, string>): string[] {
  const changes = Object.entries(values).map(([column, value]) => `'${column}', ${value}`);
  return [
    `insert into ${table} select (jsonb_populate_record(t, to_jsonb(t) || jsonb_build_object(${changes.join(", ")}))).*
       from (select ${table} as t from ${table}, model m where ${where}) model, generate_series(1, ${count}) n`,
  ];
}
