import type pg from "pg";
import { describe, expect, inject, onTestFinished, test } from "vitest";
import { describeSchema, describeTypes } from "../../src/db/catalog.ts";
import { withClient } from "../../src/db/connect.ts";
import { unique } from "./support.ts";

/** A database of the run's cluster, made by this SQL. */
async function databaseOf(sql: string): Promise<pg.ClientConfig> {
  const database = unique("catalog");
  const admin = { ...inject("cluster"), database: "postgres" };
  await withClient(admin, (client) => client.query(`create database ${database}`));
  onTestFinished(async () => {
    await withClient(admin, (client) => client.query(`drop database ${database} with (force)`));
  });
  const connection = { ...admin, database };
  await withClient(connection, (client) => client.query(sql));
  return connection;
}

const things = `
  create table things (
    account_id text collate "C" not null,
    id bigint not null,
    kind text not null default 'plain' check (kind in ('plain', 'it''s')),
    shade text check (shade in ('light', 'dark')),
    settings jsonb not null,
    extra jsonb,
    tags text[] not null default '{}',
    ranges inet[] not null,
    mac bytea,
    length int generated always as (char_length(kind)) stored,
    primary key (account_id, id)
  );
  comment on table things is 'What there is.';
  comment on column things.mac is 'Nobody''s secret.';
  comment on column things.settings is 'ts:import("@authpi/schema").Settings';
  create index things_kind on things (account_id, kind) where kind <> 'plain';
  alter table things enable row level security;
  alter table things force row level security;
  create policy tenant on things to authpi_app using (account_id = 'a') with check (account_id = 'a');
  create policy operator on things to current_user using (true);
  grant select, insert on things to authpi_app;
  grant select (id, kind), update (mac) on things to authpi_verify;`;

describe("the catalog's description", () => {
  test("shows a table with all that belongs to it", async () => {
    expect(await describeSchema(await databaseOf(things))).toBe(
      `-- The database at head, written from its catalog by \`pnpm gen\`. Not to be edited, and not run: migrations/ is what makes it.

create table things (
  account_id text collate "C" not null,
  id bigint not null,
  kind text not null default 'plain'::text,
  shade text,
  settings jsonb not null,
  extra jsonb,
  tags text[] not null default '{}'::text[],
  ranges inet[] not null,
  mac bytea,
  length integer generated always as (char_length(kind)) stored,
  constraint things_pkey PRIMARY KEY (account_id, id),
  constraint things_kind_check CHECK ((kind = ANY (ARRAY['plain'::text, 'it''s'::text]))),
  constraint things_shade_check CHECK ((shade = ANY (ARRAY['light'::text, 'dark'::text])))
);
comment on table things is 'What there is.';
comment on column things.settings is 'ts:import("@authpi/schema").Settings';
comment on column things.mac is 'Nobody''s secret.';
CREATE INDEX things_kind ON public.things USING btree (account_id, kind) WHERE (kind <> 'plain'::text);
alter table things enable row level security;
alter table things force row level security;
create policy operator on things to current_user using (true);
create policy tenant on things to authpi_app using (account_id = 'a'::text) with check (account_id = 'a'::text);
grant select, insert on things to authpi_app;
grant select (id, kind), update (mac) on things to authpi_verify;
`,
    );
  });

  test("gives the types of its rows", async () => {
    expect(await describeTypes(await databaseOf(things))).toBe(
      `// The rows of the database at head, written from its catalog by \`pnpm gen\`. Not to be edited.
import type { Generated, GeneratedAlways } from "kysely";

export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };

/** What there is. */
export interface Things {
  account_id: string;
  id: number;
  kind: Generated<"plain" | "it's">;
  shade: ("light" | "dark") | null;
  settings: import("@authpi/schema").Settings;
  extra: JsonValue | null;
  tags: Generated<string[]>;
  ranges: string[];
  /** Nobody's secret. */
  mac: Buffer | null;
  length: GeneratedAlways<number | null>;
}

export interface Tables {
  things: Things;
}
`,
    );
  });

  test("leaves out the partitions that come with time", async () => {
    const connection = await databaseOf(`
      create table log (at bigint not null) partition by range (at);
      create table log_2026 partition of log for values from (0) to (10);
      create table log_other partition of log default;`);
    const schema = await describeSchema(connection);
    expect(schema).toContain("partition by range (at);\n-- its other partitions are made as time goes on");
    expect(schema).toContain("create table log_other partition of log default;");
    expect(schema).not.toContain("log_2026");
    expect(await describeTypes(connection)).not.toContain("LogOther");
  });

  test.each([
    ["create sequence numbers", "numbers"],
    ["create type mood as enum ('good')", "mood"],
    ["create schema elsewhere", "elsewhere"],
    ["create materialized view seen as select 1", "seen"],
  ])("leaves nothing out without a word: %s", async (sql, name) => {
    await expect(describeSchema(await databaseOf(sql))).rejects.toThrow(
      `The catalog's description does not know ${name}.`,
    );
  });
});
