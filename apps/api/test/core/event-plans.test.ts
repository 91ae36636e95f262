import pg from "pg";
import { beforeAll, expect, test, vi } from "vitest";
import { createWorld, type Tenant } from "../harness/world.ts";
import { type Happening, recordEvents } from "./event-rows.ts";
import { good } from "./support.ts";

const world = await createWorld();
let tenant: Tenant;

const start = Date.parse("2026-01-01T00:00:00Z");
const many = 60_000;

beforeAll(async () => {
  tenant = await world.tenant();
  const client = await owner();
  await client.query("select events_partitions($1, 2)", [start]);
  await client.end();
  // Two months of them, most of them verifications.
  const happenings = Array.from({ length: many }, (_, n): Happening => {
    const at = start + n * 80_000;
    const parties = { issuer_id: `i_${n % 20}`, org_id: `org_${n % 300}` };
    if (n % 6) return { at, type: "api-key.verified", ...parties, key_id: `key_${n % 500}` };
    const types = [
      "user.created",
      "client.created",
      "agent.created",
      "user.password.changed",
      "session.created",
    ] as const;
    const more = {
      user_id: `usr_${n % 200}`,
      client_id: `c_${n % 300}`,
      agent_id: `agt_${n % 400}`,
      key_id: `key_${n % 500}`,
    };
    return { at, type: types[(n / 6) % 5] ?? "user.created", ...parties, ...more };
  });
  for (let from = 0; from < many; from += 10_000)
    await recordEvents(world, tenant.accountId, happenings.slice(from, from + 10_000));
  await world.sql("analyze events");
}, 60_000);

const owner = async () => {
  const client = new pg.Client(world.connection);
  await client.connect();
  return client;
};

interface Statement {
  /** What the request told the planner first. */
  before: string;
  text: string;
  values: unknown[];
}
/** The statements over events that a request made. */
const statementsOf = async (query: string): Promise<Statement[]> => {
  const spy = vi.spyOn(pg.Client.prototype, "query");
  good(await tenant.api.get(`events${query}`));
  // The driver's type has many overloads; what the store calls is text with its values.
  const calls = spy.mock.calls as unknown as [text: unknown, values?: unknown][];
  const texts = calls.flatMap(([text, values]) =>
    typeof text === "string" ? [{ text, values: Array.isArray(values) ? values : [] }] : [],
  );
  const before = texts.find(({ text }) => text.includes("enable_sort"))?.text ?? "select";
  const statements = texts
    .filter(({ text }) => text.includes('from "events"'))
    .map((statement) => ({ ...statement, before }));
  spy.mockRestore();
  expect(statements.length).toBeGreaterThan(0);
  return statements;
};

interface Node {
  "Node Type": string;
  "Index Name"?: string;
  "Relation Name"?: string;
  "Index Cond"?: string;
  "Sort Key"?: string[];
  "Actual Rows": number;
  "Actual Loops": number;
  "Rows Removed by Filter"?: number;
  "Shared Hit Blocks": number;
  "Shared Read Blocks": number;
  Plans?: Node[];
}
/** As the application's role sees it, under its row-level security. */
const explain = async (options: string, { before, text, values }: Statement): Promise<Node> => {
  const client = await owner();
  await client.query("begin; set local role authpi_app");
  await client.query("select set_config('app.account_id', $1, true)", [tenant.accountId]);
  await client.query(before);
  const given = options.includes("generic_plan") ? [] : values;
  const { rows } = await client.query(`explain (${options}, format json) ${text}`, given);
  await client.end();
  return rows[0]["QUERY PLAN"][0].Plan;
};
const nodesOf = (node: Node): Node[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];

/** The indexes of the whole table whose parts a plan reads by. */
const indexesOf = async (nodes: readonly Node[]): Promise<string[]> => {
  const parts = nodes.flatMap((node) => node["Index Name"] ?? []);
  const rows = await world.sql<{ name: string }>(
    `with recursive up as (
       select oid, oid as part from pg_class where relname = any ($1)
       union all
       select inhparent, part from up join pg_inherits on inhrelid = up.oid
     )
     select distinct relname as name from up join pg_class c on c.oid = up.oid
     where not exists (select from pg_inherits where inhrelid = up.oid) order by 1`,
    [parts],
  );
  return rows.map(({ name }) => name);
};

const expectByIndex = async (query: string, index: string) => {
  for (const statement of await statementsOf(query)) {
    const nodes = nodesOf(await explain("generic_plan", statement));
    const types = nodes.map((node) => node["Node Type"]);
    for (const type of ["Seq Scan", "Bitmap Heap Scan", "Bitmap Index Scan"]) expect(types, query).not.toContain(type);
    expect(await indexesOf(nodes), query).toEqual([index]);
    const sorts = nodes.filter((node) => node["Node Type"].includes("Sort"));
    // Of what is cut off already: a page of each type, or what a forward page has looked at.
    for (const sort of sorts) expect(belowAreLimits(sort), query).toBe(true);
  }
};
const belowAreLimits = (node: Node): boolean =>
  node["Node Type"] === "Limit" || (!node["Relation Name"] && !!node.Plans?.length && node.Plans.some(belowAreLimits));

test.each([
  ["", "events_pkey"],
  ["?issuer_id=i_1", "events_issuer"],
  ["?org_id=org_1", "events_org"],
  ["?user_id=usr_1", "events_user"],
  ["?client_id=c_1", "events_client"],
  ["?agent_id=agt_1", "events_agent"],
  ["?key_id=key_1", "events_key"],
  ["?event_types=user.created", "events_type"],
  ["?event_types=user.*,client.created", "events_type"],
  ["?event_types=api-key.verified", "events_pkey"],
  [`?after=${start + 1000}&before=${start + 86_400_000}`, "events_pkey"],
  [`?user_id=usr_1&event_types=user.*&after=${start}`, "events_user"],
])("newest first, %s reads by %s, and sorts no more than pages", async (query, index) => {
  await expectByIndex(query, index);
});

test.each([
  ["?order=asc", "events_forward"],
  ["?order=asc&issuer_id=i_1", "events_forward"],
  ["?order=asc&org_id=org_1", "events_forward"],
  ["?order=asc&key_id=key_1", "events_forward"],
  ["?order=asc&event_types=user.*", "events_forward"],
  [`?order=asc&after=${start + 1000}&before=${start + 86_400_000}`, "events_forward"],
  ["?order=asc&user_id=usr_1", "events_user_forward"],
  ["?order=asc&client_id=c_1", "events_client_forward"],
  ["?order=asc&agent_id=agt_1&event_types=user.*", "events_agent_forward"],
])("forward, %s reads by %s", async (query, index) => {
  await expectByIndex(query, index);
});

/** The partitions that are read, and how much of them. */
const costOf = async (query: string) => {
  const [statement] = await statementsOf(query);
  if (!statement) throw new Error("There was no statement.");
  const root = await explain("analyze, buffers, timing off", statement);
  const scans = nodesOf(root).filter((node) => node["Relation Name"]);
  const read = scans.map(
    (node) => node["Actual Loops"] * (node["Actual Rows"] + (node["Rows Removed by Filter"] ?? 0)),
  );
  return {
    partitions: scans.map((node) => String(node["Relation Name"])).sort(),
    rows: read.reduce((sum, rows) => sum + rows, 0),
    buffers: root["Shared Hit Blocks"] + root["Shared Read Blocks"],
  };
};

test("times and types read the partitions of their months and of their kind alone", async () => {
  const january = `after=${start + 1000}&before=${start + 86_400_000}`;
  const at = ["events_kept_2026_01", "events_metered_2026_01"];
  expect((await costOf(`?${january}`)).partitions.filter((name) => !name.endsWith("other"))).toEqual(at);
  const kept = (await costOf(`?${january}&event_types=user.created`)).partitions.filter(
    (name) => !name.endsWith("other"),
  );
  expect(new Set(kept)).toEqual(new Set(["events_kept_2026_01"]));
  const forward = (await costOf(`?order=asc&${january}&event_types=api-key.verified`)).partitions;
  expect(forward.filter((name) => !name.endsWith("other"))).toEqual(["events_metered_2026_01"]);
});

test("what few events have is found among many without reading the others", async () => {
  for (const query of ["user_id=usr_6", "client_id=c_6", "agent_id=agt_6", "key_id=key_1", "org_id=org_7"]) {
    const { rows } = await costOf(`?${query}&limit=10`);
    expect(rows, query).toBeLessThan(60);
  }
  expect((await costOf("?event_types=session.created,user.password.changed&limit=10")).rows).toBeLessThan(200);
  expect((await costOf("?order=asc&user_id=usr_6&limit=10")).rows).toBeLessThan(60);
});

test("the thousandth page costs what the first costs", async () => {
  const walk = async (query: string, pages: number) => {
    let cursor = "";
    // Two pages at a time.
    for (let n = 1; n < pages; n += 2) {
      const { body } = await tenant.api.get(`events?limit=100${query}${cursor}`);
      if (!body.has_more) throw new Error(`There are ${n} pages.`);
      cursor = `&cursor=${body.next_cursor}`;
    }
    return costOf(`?limit=50${query}${cursor}`);
  };
  for (const [query, pages] of [
    ["", 1001],
    ["&order=asc", 1001],
    ["&issuer_id=i_1", 51],
    ["&event_types=user.*", 71],
  ] as const) {
    const [first, last] = [await walk(query, 1), await walk(query, pages)];
    expect(last.rows, query).toBeLessThanOrEqual(first.rows * 1.05 + 2);
    expect(last.buffers, query).toBeLessThanOrEqual(first.buffers * 1.05 + 10);
  }
}, 120_000);
