import { type Selectable, sql } from "kysely";
import type { Tables } from "../../db/tables.generated.ts";
import type { Tx } from "../../db/tx.ts";

export type AgentVerifierRow = Selectable<Tables["agent_verifiers"]>;
export interface AgentPlace {
  issuer_id: string;
  agent_id: string;
}

/** How many of them a list shows. */
const SHOWN_MAX = 200;

export const find = (tx: Tx, place: AgentPlace, id: string, lock: boolean) =>
  within(tx, place)
    .selectAll()
    .where("id", "=", id)
    .$if(lock, (query) => query.forUpdate())
    .executeTakeFirst();

export const list = (tx: Tx, place: AgentPlace) =>
  within(tx, place).selectAll().orderBy("id", "desc").limit(SHOWN_MAX).execute();

/** Locked, no two verifiers come to the agent at a time, and it is not deleted meanwhile. */
export const agentExists = async (tx: Tx, { issuer_id, agent_id }: AgentPlace, lock: boolean): Promise<boolean> => {
  const found = tx.from("agents").select("id").where("issuer_id", "=", issuer_id).where("id", "=", agent_id);
  return (await found.$if(lock, (query) => query.forNoKeyUpdate()).executeTakeFirst()) !== undefined;
};

export const count = async (tx: Tx, place: AgentPlace): Promise<number> => {
  const { n } = await within(tx, place).select(sql<number>`count(*)`.as("n")).executeTakeFirstOrThrow();
  return n;
};

/** Undefined where the agent has this wallet or key already. */
export const insert = (tx: Tx, verifier: Parameters<typeof tx.insert<"agent_verifiers">>[1]) =>
  tx
    .insert("agent_verifiers", verifier)
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirst();

export const remove = (tx: Tx, { id, ...place }: AgentVerifierRow) =>
  tx
    .delete("agent_verifiers")
    .where("issuer_id", "=", place.issuer_id)
    .where("agent_id", "=", place.agent_id)
    .where("id", "=", id)
    .execute();

const within = (tx: Tx, { issuer_id, agent_id }: AgentPlace) =>
  tx.from("agent_verifiers").where("issuer_id", "=", issuer_id).where("agent_id", "=", agent_id);
