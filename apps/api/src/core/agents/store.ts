import type { Agent } from "@authpi/schema";
import { type Selectable, type SqlBool, sql, type Updateable } from "kysely";
import type { Tables } from "../../db/tables.generated.ts";
import type { Tx } from "../../db/tx.ts";
import type { PageRequest } from "../../http/cursor.ts";

export type AgentRow = Selectable<Tables["agents"]> & Pick<Agent, "verifiers">;
export interface AgentFilters {
  status?: Agent["status"];
  model?: string;
  provider?: string;
  has_verifiers?: boolean;
  /** In its one form. */
  wallet?: string;
}

export const find = (tx: Tx, issuerId: string, id: string, lock: boolean) =>
  within(tx, issuerId)
    .where("agents.id", "=", id)
    .$if(lock, (query) => query.forUpdate("agents"))
    .executeTakeFirst();

export const list = (tx: Tx, issuerId: string, filters: AgentFilters, page: PageRequest) => {
  const { status, model, provider, has_verifiers, wallet } = filters;
  let query = within(tx, issuerId);
  if (status !== undefined) query = query.where("agents.status", "=", status);
  if (model !== undefined) query = query.where("agents.model", "=", model);
  if (provider !== undefined) query = query.where("agents.provider", "=", provider);
  if (has_verifiers !== undefined) {
    const has = hasVerifier(tx, sql`true`);
    query = query.where(has_verifiers ? has : sql<SqlBool>`not ${has}`);
  }
  if (wallet !== undefined) query = query.where(hasVerifier(tx, sql`v.type = 'wallet' and v.subject = ${wallet}`));
  if (page.after) query = query.where("agents.id", "<", String(page.after[0]));
  return query
    .orderBy("agents.id", "desc")
    .limit(page.limit + 1)
    .execute();
};

export const insert = (tx: Tx, agent: Parameters<typeof tx.insert<"agents">>[1]) =>
  tx.insert("agents", agent).returningAll().executeTakeFirstOrThrow();

export const update = (tx: Tx, row: AgentRow, values: Updateable<Tables["agents"]>) =>
  tx
    .update("agents")
    .set(values)
    .where("issuer_id", "=", row.issuer_id)
    .where("id", "=", row.id)
    .returningAll()
    .executeTakeFirstOrThrow();

/** What goes along with an agent. */
export interface AgentCounts {
  memberships: number;
  group_memberships: number;
  verifiers: number;
}

/** Its verifiers fall with it, its places in groups with its memberships. The counts are of how it was before. */
export const remove = (tx: Tx, { issuer_id, id }: AgentRow): Promise<AgentCounts> =>
  tx.db
    .with("left_behind", () =>
      tx.delete("members").where("issuer_id", "=", issuer_id).where("member_id", "=", id).returning("org_id"),
    )
    .with("gone", () => tx.delete("agents").where("issuer_id", "=", issuer_id).where("id", "=", id))
    .selectFrom("left_behind")
    .select([
      sql<number>`count(*)`.as("memberships"),
      sql<number>`(select count(*) from members m join group_members gm on gm.account_id = m.account_id
        and gm.issuer_id = m.issuer_id and gm.org_id = m.org_id and gm.member_id = m.member_id
        where ${tx.own("m")} and ${tx.own("gm")} and m.issuer_id = ${issuer_id} and m.member_id = ${id})`.as(
        "group_memberships",
      ),
      sql<number>`(select count(*) from agent_verifiers v
        where ${tx.own("v")} and v.issuer_id = ${issuer_id} and v.agent_id = ${id})`.as("verifiers"),
    ])
    .executeTakeFirstOrThrow();

const within = (tx: Tx, issuerId: string) =>
  tx
    .from("agents")
    .selectAll("agents")
    .select(
      sql<Agent["verifiers"]>`(select coalesce(array_agg(distinct v.type order by v.type), '{}')
        ${verifiersOf(tx)})`.as("verifiers"),
    )
    .where("agents.issuer_id", "=", issuerId);

const hasVerifier = (tx: Tx, which: ReturnType<typeof sql>) =>
  sql<SqlBool>`exists (select ${verifiersOf(tx)} and ${which})`;

const verifiersOf = (tx: Tx) =>
  sql`from agent_verifiers v where ${tx.own("v")} and v.issuer_id = agents.issuer_id and v.agent_id = agents.id`;
