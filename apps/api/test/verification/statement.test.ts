import pg from "pg";
import { expect, onTestFinished, test } from "vitest";
import { parametersOf, sessionSql, statementName } from "../../src/verification/statement.ts";
import { testDeps } from "../harness/deps.ts";
import { createWorld } from "../harness/world.ts";

const world = await createWorld();

const openSession = async () => {
  const client = new pg.Client(world.connection);
  await client.connect();
  onTestFinished(() => client.end());
  await client.query(sessionSql(2000));
  return client;
};

test("the statement finds keys, issuers and organizations by their indexes alone", async () => {
  const { ids, clock, secrets } = testDeps();
  const id = ids.make("apiKey");
  const presented = { id, mac: secrets.macHexOf(id, "none"), ip: "10.0.0.1", callerIp: "::1", trace: "req_1" };
  const moment = { now: clock.now(), events: ids.series("event"), rootIssuerId: "i_1", epoch: 1, trigger: "me.get" };
  const values = parametersOf([presented, presented], moment).map((one) => pg.escapeLiteral(String(one)));
  const session = await openSession();
  const { rows } = await session.query(`explain (costs off) execute ${statementName} (${values.join()})`);
  const plan = rows.map((row) => row["QUERY PLAN"]).join("\n");
  for (const index of ["api_keys_id_key", "issuers_id_key", "organizations_pkey"]) expect(plan).toContain(index);
  expect(plan).not.toMatch(/Seq Scan|Hash Join|Merge Join|Sort/);
});

test.each([
  "select name from api_keys",
  "select * from users",
  "select * from events",
  "update api_keys set status = 'active'",
  "delete from api_keys",
  "select private_key from issuer_signing_keys",
  "truncate events",
])("its session may not: %s", async (text) => {
  const session = await openSession();
  await expect(session.query(text)).rejects.toMatchObject({ code: "42501" });
});
