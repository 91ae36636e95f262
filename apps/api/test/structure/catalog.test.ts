import pg from "pg";
import { expect, test } from "vitest";
import { everyOperation } from "../harness/operations.ts";
import { tenantTables } from "../harness/rows.ts";
import { setScene } from "../harness/scene.ts";
import { createWorld } from "../harness/world.ts";

const world = await createWorld();
const roles = ["authpi_accounts", "authpi_app", "authpi_verify"];
const namesOf = (text: string, values?: unknown[]) =>
  world.sql<{ name: string }>(text, values).then((rows) => rows.map(({ name }) => name));

test("every table with a tenant forces row-level security, partitions included", async () => {
  const unforced = await namesOf(`
    select relname as name from pg_class c
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not (relrowsecurity and relforcerowsecurity)
      and exists (select from pg_attribute a where a.attrelid = c.oid and attname = 'account_id' and not attisdropped)`);
  expect(unforced).toEqual([]);
  expect((await tenantTables(world)).length).toBeGreaterThan(8);
});

test("every tenant table has the one policy that binds the application's role", async () => {
  const bound = await namesOf(`
    select tablename as name from pg_policies where roles = '{authpi_app}' and cmd = 'ALL' and permissive = 'PERMISSIVE'
      and qual = '(account_id = current_setting(''app.account_id''::text, true))' and with_check = qual`);
  const tables = await namesOf(`
    select relname as name from pg_class c where relnamespace = 'public'::regnamespace and relforcerowsecurity`);
  expect(bound.sort()).toEqual(tables.sort());
  const others = await namesOf(`
    select tablename || '.' || policyname as name from pg_policies
    where 'authpi_app' = any (roles) and policyname <> 'tenant' or 'public' = any (roles)`);
  expect(others).toEqual([]);
});

test("keys and indexes of tenant tables lead with the tenant; only a look-up by a unique id does without", async () => {
  const indexes = await world.sql<{ name: string; unique: boolean; first: string }>(`
    select i.relname as name, indisunique as unique, (select attname from pg_attribute where attrelid = indrelid and attnum = indkey[0]) as first
    from pg_index join pg_class i on i.oid = indexrelid join pg_class t on t.oid = indrelid
    where t.relforcerowsecurity and t.relnamespace = 'public'::regnamespace and not t.relispartition`);
  const without = indexes.filter(({ first }) => first !== "account_id");
  const byId = ["accounts_org_id_key", "api_keys_id_key", "issuers_id_key"];
  // A host belongs to one account of all; the accounts of a person are found before any of them is known.
  const expected = ["account_domains_host_key", ...byId, "members_of_accounts"];
  expect(without.map(({ name }) => name).sort()).toEqual(expected);
  expect(without.every(({ unique }) => unique)).toBe(true);
});

test("the server's roles are nobody: no owner, no superuser, no login, no way around row-level security", async () => {
  const states = await world.sql(
    `
    select rolsuper, rolbypassrls, rolcanlogin, rolcreaterole, rolcreatedb, rolreplication, rolinherit as inherits,
      (select count(*)::int from pg_auth_members where member = r.oid) as memberships,
      (select count(*)::int from pg_shdepend where refobjid = r.oid and deptype = 'o') as owned
    from pg_roles r where rolname = any ($1) order by rolname`,
    [roles],
  );
  const none = { rolsuper: false, rolbypassrls: false, rolcanlogin: false, rolcreaterole: false, rolcreatedb: false };
  const nobody = { ...none, rolreplication: false, inherits: true, memberships: 0, owned: 0 };
  expect(states).toEqual([nobody, nobody, nobody]);
  const elevated = await namesOf(
    "select proname as name from pg_proc where prosecdef and pronamespace = 'public'::regnamespace order by 1",
  );
  // It says whether there is a user of the root issuer by this id, and nothing else.
  expect(elevated).toEqual(["root_user_exists"]);
});

/** `select, insert on table` for each table, and `select (column, …) on table`. */
const grantsTo = async (role: string): Promise<string[]> => {
  const rows = await world.sql<{ name: string; privilege: string; columns: string | null }>(
    `
    select relname as name, lower(privilege_type) as privilege, null as columns
    from pg_class c, aclexplode(relacl) where relnamespace = 'public'::regnamespace and grantee in ($1::regrole, 0)
    union all
    select relname, lower(privilege_type), string_agg(attname, ', ' order by attname)
    from pg_class c join pg_attribute a on attrelid = c.oid, aclexplode(attacl)
    where relnamespace = 'public'::regnamespace and grantee in ($1::regrole, 0) group by 1, 2 order by 1, 2`,
    [role],
  );
  return rows.map(({ name, privilege, columns }) => `${privilege}${columns ? ` (${columns})` : ""} on ${name}`);
};

test("the role that lists accounts reads what an account shows, and nothing else", async () => {
  expect(await grantsTo("authpi_accounts")).toEqual([
    "select on account_domains",
    "select on accounts",
    "select (account_id, issuer_id, org_id) on api_keys",
    "select (account_id, expires_at, issuer_id, org_id, status) on invitations",
    "select (account_id, issuer_id, member_id, org_id) on members",
    "select on organizations",
    "select on sso_domains",
    "select (account_id, id, issuer_id, status) on users",
  ]);
});

test("the verification's role can read what its statement joins, touch times of use and add its events, no more", async () => {
  expect(await grantsTo("authpi_verify")).toEqual([
    "select (account_id, agent_id, credential, id, issuer_id, last_used_at, secret_hint, secret_mac, type, usage_count) on agent_verifiers",
    "update (last_used_at, usage_count) on agent_verifiers",
    "select (account_id, id, issuer_id, scopes, status) on agents",
    "select (account_id, expires_at, id, ip_allowlist, issuer_id, last_used_at, org_id, previous_expires_at, previous_last_used_at, previous_mac, scopes, secret_mac, status) on api_keys",
    "update (last_used_at, previous_last_used_at) on api_keys",
    "select (account_id, confidential, id, issuer_id, previous_expires_at, previous_mac, secret_mac, settings, status) on clients",
    "select on denied_tokens",
    "insert on events",
    "select (account_id, group_id, issuer_id, member_id, org_id) on group_members",
    "select (account_id, id, issuer_id, org_id, scopes) on groups",
    "select on installation",
    "select (account_id, alg, issuer_id, kid, public_jwk, purpose, status) on issuer_signing_keys",
    "select (account_id, deleted_at, id, status, version) on issuers",
    "select (account_id, created_at, issuer_id, member_id, org_id, scopes, status) on members",
    "select (account_id, id_hash, issuer_id, model, org_id) on oidc_artifacts",
    "select (account_id, deleted_at, id, issuer_id, name, status) on organizations",
    "select (account_id, audience, expires_at, id, ip_allowlist, issuer_id, last_used_at, scopes, status, user_id) on personal_tokens",
    "update (last_used_at) on personal_tokens",
    "select (account_id, client_id, expires_at, id, idle_timeout, issuer_id, last_activity_at, op_session_id, status, user_id) on sessions",
    "insert on used_assertions",
    "select on used_assertions",
    "select (account_id, id, issuer_id, profile, status, updated_at, username, username_type) on users",
    "select (account_id, events, id, status, subjects) on webhooks",
  ]);
});

test("the application's role reads and writes tenant tables, and reads the installation, no more", async () => {
  const all = ["delete", "insert", "select", "update"];
  const tables = (await tenantTables(world)).flatMap((table) => all.map((privilege) => `${privilege} on ${table}`));
  expect((await grantsTo("authpi_app")).sort()).toEqual([...tables, "select on installation"].sort());
});

/** As a role, and pinned to an account where one is named. */
const as = async <T>(
  role: string,
  accountId: string | undefined,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> => {
  const client = new pg.Client(world.connection);
  await client.connect();
  try {
    await client.query(`begin; set local role ${role}`);
    if (accountId) await client.query("select set_config('app.account_id', $1, true)", [accountId]);
    return await work(client);
  } finally {
    await client.end();
  }
};
const twoTenants = async () => {
  const member = everyOperation.find(({ id }) => id === "issuers.organizations.members.get");
  if (!member) throw new Error("There are no members.");
  const [ours, theirs] = [await setScene(world, member), await setScene(world, member)];
  return [ours.tenant.accountId, theirs.tenant.accountId] as const;
};

test("the application's role sees no row without a pin, and with one its own alone", async () => {
  const [ours] = await twoTenants();
  for (const table of await tenantTables(world)) {
    const query = `select distinct account_id from ${table}`;
    expect((await as("authpi_app", undefined, (client) => client.query(query))).rows, table).toEqual([]);
    const { rows } = await as("authpi_app", ours, (client) => client.query(query));
    expect(
      rows.filter(({ account_id }) => account_id !== ours),
      table,
    ).toEqual([]);
  }
  const { rows } = await as("authpi_app", ours, (client) => client.query("select from members"));
  expect(rows).toHaveLength(1);
});

test("the role that lists accounts sees those that it is pinned to, and no other", async () => {
  const [ours, theirs] = await twoTenants();
  const shown = (accountIds: string) =>
    as("authpi_accounts", undefined, async (client) => {
      await client.query("select set_config('app.account_ids', $1, true)", [accountIds]);
      return (await client.query("select account_id from accounts order by 1")).rows.map((row) => row.account_id);
    });
  expect(await shown("")).toEqual([]);
  expect(await shown(ours)).toEqual([ours]);
  expect(await shown(`${ours},${theirs}`)).toEqual([ours, theirs].sort());
});

test("the application's role can write no row of another tenant, nor give one away", async () => {
  const [ours, theirs] = await twoTenants();
  for (const table of await tenantTables(world)) {
    const foreign = await as("authpi_app", ours, (client) =>
      client.query(`delete from ${table} where account_id = $1`, [theirs]),
    );
    expect(foreign.rowCount, table).toBe(0);
  }
  const given = as("authpi_app", ours, (client) => client.query("update issuers set account_id = $1", [theirs]));
  await expect(given).rejects.toThrow(/row-level security/);
  const elsewhere = as("authpi_app", ours, (client) =>
    client.query("insert into accounts (account_id, org_id, created_at) values ($1, 'org_x', 1)", [theirs]),
  );
  await expect(elsewhere).rejects.toThrow(/row-level security/);
});

test.each([
  "select * from users",
  "select name from api_keys",
  "select private_key from issuer_signing_keys",
  "select * from events",
  "select * from migrations",
  "update api_keys set status = 'active'",
  "delete from api_keys",
  "insert into api_keys (id) values ('key_x')",
])("the verification's role may not: %s", async (statement) => {
  await expect(as("authpi_verify", undefined, (client) => client.query(statement))).rejects.toThrow(
    /permission denied/,
  );
});

test("the verification's role can add no event but its own", async () => {
  const insert = (type: string, metered: boolean) =>
    as("authpi_verify", undefined, (client) =>
      client.query(
        `insert into events (account_id, id, metered, created_at, epoch, type, source, trigger, trace, auth, subject, data)
         values ('acc_x', 'evt_x', $2, 1, 1, $1, 'core', 't', 't', '{}', '{}', '{}')`,
        [type, metered],
      ),
    );
  await insert("api-key.verified", true);
  await insert("personal-token.verified", true);
  await expect(insert("issuer.deleted", true)).rejects.toThrow(/row-level security/);
  await expect(insert("api-key.verified", false)).rejects.toThrow(/row-level security/);
});
