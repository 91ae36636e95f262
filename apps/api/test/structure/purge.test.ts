import { expect, test } from "vitest";
import { belowIssuer } from "../../src/core/issuers/purge.ts";
import { belowOrganization } from "../../src/core/organizations/purge.ts";
import { type Below, history } from "../../src/core/purge.ts";
import { belowUser } from "../../src/core/users/purge.ts";
import { createWorld } from "../harness/world.ts";

const world = await createWorld();
const issuerId = "iss_x";
const purges = {
  issuer: { columns: ["issuer_id"], below: belowIssuer({ issuerId }), itself: "issuers" },
  organization: {
    columns: ["org_id"],
    below: belowOrganization({ issuerId, orgId: "org_x" }),
    itself: "organizations",
  },
  user: { columns: ["user_id", "member_id"], below: belowUser({ issuerId, userId: "usr_x" }), itself: "users" },
};
const tablesOf = (below: readonly Below[]): string[] => below.map(({ table }) => table);

/** The tables of an account that name such a thing in each of their rows, partitions left to their parents. */
const tablesWith = async (columns: readonly string[]): Promise<string[]> => {
  const rows = await world.sql<{ name: string }>(
    `select distinct relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid
     where c.relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
       and relforcerowsecurity and attname = any ($1)`,
    [columns],
  );
  return rows.map(({ name }) => name).sort();
};

interface Reference {
  from: string;
  to: string;
  cascades: boolean;
}
const references = await world.sql<Reference & Record<string, unknown>>(`
  select conrelid::regclass::text as "from", confrelid::regclass::text as "to", confdeltype = 'c' as cascades
  from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace`);

test.each(["issuer", "organization"] as const)(
  "all that stands below an %s goes with it, or is history",
  async (name) => {
    const { columns, below, itself } = purges[name];
    const known = [...tablesOf(below), ...history, itself];
    const tables = await tablesWith([...columns]);
    expect(tables.length).toBeGreaterThan(4);
    const elsewhere = name === "organization" ? ["accounts"] : [];
    expect(tables.filter((table) => !known.includes(table))).toEqual(elsewhere);
  },
);

test("all that stands below a user goes with it, by itself or with what is listed, or is history", async () => {
  const { columns, below } = purges.user;
  const listed = tablesOf(below);
  const known = [...listed, ...history];
  const along = references.filter(({ to, cascades }) => cascades && listed.includes(to)).map(({ from }) => from);
  const tables = await tablesWith([...columns]);
  expect(tables.filter((table) => !known.includes(table) && !along.includes(table))).toEqual([]);
});

test.each(Object.entries(purges))(
  "of what goes with an %s, no row is deleted while another names it",
  (_, { below }) => {
    const order = tablesOf(below);
    expect(new Set(order).size).toBe(order.length);
    const wrong = references.filter(
      ({ from, to }) => order.includes(from) && order.indexOf(from) > order.indexOf(to) && order.includes(to),
    );
    expect(wrong).toEqual([]);
  },
);

test("history has no foreign key to what it tells of", () => {
  const parents = Object.values(purges).map(({ itself }) => itself);
  expect(references.filter(({ from, to }) => history.includes(from as never) && parents.includes(to))).toEqual([]);
});
