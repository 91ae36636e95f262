import pg from "pg";
import { expect, onTestFinished, test } from "vitest";
import { verificationSession } from "../../src/db/open.ts";
import type { Claims } from "../../src/verification/tokens/claims.ts";
import { tokenParameters, tokenStatement } from "../../src/verification/tokens/statement.ts";
import { apiClient } from "../harness/client.ts";
import { meWith, newPerson, signingKeyOf } from "../harness/tokens.ts";
import { createWorld } from "../harness/world.ts";
import { until } from "./stand.ts";
import { newTokenScene } from "./token-scene.ts";

const world = await createWorld();

const MANY = 3000;

/** So many users, tokens, sessions and memberships beside one's own, in one issuer, and as many accounts of other people's. */
const fill = async (accountId: string, issuerId: string, rootIssuerId: string): Promise<void> => {
  const series = `generate_series(1, ${MANY}) n`;
  await world.sql(
    `insert into users (account_id, issuer_id, id, username_type, username, profile, compliance, created_at, updated_at)
      select $1, $2, 'usr_' || n, 'unique-name', 'u' || n, '{}', '{}', 1, 1 from ${series}`,
    [accountId, issuerId],
  );
  await world.sql(
    `insert into sessions (account_id, issuer_id, id, user_id, type, authentication, ttl, idle_timeout, last_activity_at,
      expires_at, created_at, updated_at) select $1, $2, 's_' || n, 'usr_' || n, 'op', '{}', 1, 1, 1, 1, 1, 1 from ${series}`,
    [accountId, issuerId],
  );
  await world.sql(
    `insert into personal_tokens (account_id, issuer_id, id, user_id, name, expires_at, created_at, updated_at)
      select $1, $2, 'tok_' || n, 'usr_' || n, 'a', 1, 1, 1 from ${series}`,
    [accountId, issuerId],
  );
  await world.sql(
    `insert into organizations (account_id, issuer_id, id, name, contact, security, sso, created_at, updated_at)
      select 'acc_' || n, $1, 'org_' || n, 'a', '{}', '{}', '{}', 1, 1 from ${series}`,
    [rootIssuerId],
  );
  await world.sql(
    `insert into members (account_id, issuer_id, org_id, member_id, member_type, created_at, updated_at)
      select 'acc_' || n, $1, 'org_' || n, 'usr_' || n, 'user', 1, 1 from ${series}`,
    [rootIssuerId],
  );
  await world.sql("analyze");
};

interface Plan {
  Plans?: Plan[];
  [name: string]: unknown;
}
/** The most rows that any step of the plan has touched, whether it kept them or not. */
const mostRows = ({ Plans: below = [], ...node }: Plan): number => {
  const counted = ["Actual Rows", "Rows Removed by Filter", "Rows Removed by Join Filter"];
  const own = counted.reduce((sum, name) => sum + Number(node[name] ?? 0), 0);
  return Math.max(own, ...below.map(mostRows));
};

test("the statement reads a handful of rows, however many there are", async () => {
  const { userId, clientId, issuerId, accountId, session, organization, api } = await newTokenScene(world);
  const person = await newPerson(world);
  await person.join(accountId, ["*:**"]);
  const sid = await session();
  const group = { name: "g", scopes: ["a:b"] };
  const { id: groupId } = (await api.post(`${organization}/groups`, group)).body.data;
  await api.send("PUT", `/v1/accounts/${accountId}/${organization}/groups/${groupId}/members/${userId}`);
  const { id: tokenId } = (await api.post(`issuers/${issuerId}/users/${userId}/tokens`, { name: "a" })).body.data;
  await fill(accountId, issuerId, person.rootIssuerId);

  const { ids, clock } = world.server.deps;
  const none = { tokenId: undefined, userId: undefined, agentId: undefined, clientId: undefined, sid: undefined };
  const times = { expiresAt: 1, notBefore: 1, issuedAt: 1 };
  const rest = {
    ...none,
    ...times,
    jwt: "",
    alg: "ES256" as const,
    jti: "j",
    orgId: undefined,
    audience: [],
    scopes: [],
  };
  const { kid } = await signingKeyOf(world, issuerId);
  const personal = await signingKeyOf(world, issuerId, { purpose: "personal_tokens" });
  const root = await signingKeyOf(world, person.rootIssuerId);
  const asked: Claims[] = [
    { ...rest, kind: "access", kid, issuerId, userId, clientId, sid },
    { ...rest, kind: "personal", kid: personal.kid, issuerId, tokenId, jti: tokenId },
    {
      ...{ ...rest, kind: "access", kid: root.kid, issuerId: person.rootIssuerId },
      ...{ userId: person.userId, clientId: person.clientId },
    },
  ];
  const client = new pg.Client(world.connection);
  await client.connect();
  onTestFinished(() => client.end());
  await client.query(verificationSession);
  await client.query(`prepare token as ${tokenStatement.text}`);
  for (const claims of asked) {
    const facts = { claims, rootIssuerId: person.rootIssuerId, ip: "::1", callerIp: undefined, now: clock.now() };
    const recorded = { eventId: ids.make("event"), eventAt: clock.now(), epoch: 1, trigger: "me.get", trace: "t" };
    const values = tokenParameters(facts, recorded).map((one) =>
      one === null ? "null" : pg.escapeLiteral(String(one)),
    );
    const { rows: found } = await client.query(`execute token (${values.join()})`);
    expect(found, claims.kind).toMatchObject([{ reason: null, memberships: [{}] }]);
    const again = tokenParameters(facts, { ...recorded, eventId: ids.make("event") });
    const literals = again.map((one) => (one === null ? "null" : pg.escapeLiteral(String(one))));
    const { rows } = await client.query(`explain (analyze, format json) execute token (${literals.join()})`);
    const [{ Plan: plan }] = rows[0]["QUERY PLAN"];
    expect(mostRows(plan), JSON.stringify(plan, null, 1)).toBeLessThanOrEqual(5);
  }
});

test("verifying a token is one statement of the narrow role, and nothing of it stays open", async () => {
  const { token } = await newTokenScene(world);
  const text = await token();
  expect((await meWith(world, text)).status).toBe(200);
  const before = await transactions();
  for (let n = 0; n < 20; n++) await meWith(world, text);
  await until(async () => (await transactions()) >= before + 20);
  const open = await world.sql(
    "select from pg_stat_activity where application_name = 'authpi tokens' and state <> 'idle'",
  );
  expect(open).toEqual([]);
});

/** What the sessions of the verification have committed in this database, with a little of the rest. */
const transactions = async (): Promise<number> => {
  const [row] = await world.sql<{ n: string }>(
    "select xact_commit as n from pg_stat_database where datname = current_database()",
  );
  return Number(row?.n);
};

test("while nobody can say, a token is neither accepted nor refused", async () => {
  const person = await newPerson(world);
  const { token } = await newTokenScene(world);
  const texts = [await token(), await person.token("*:**")];
  for (const text of texts) expect((await meWith(world, text)).status).toBe(200);
  await world.sql("revoke select on users from authpi_verify");
  for (const text of texts) {
    const answer = await meWith(world, text);
    expect(answer.status).toBe(503);
    expect(answer.body).toMatchObject({ error: "temporarily_unavailable", retryable: true });
  }
  const headers = { authorization: `Bearer ${texts[1]}` };
  expect((await apiClient(world.server.url, undefined, "").get("/v1/accounts", headers)).status).toBe(503);
  await world.sql("grant select (account_id, issuer_id, id, status) on users to authpi_verify");
  for (const text of texts) expect((await meWith(world, text)).status).toBe(200);
});
