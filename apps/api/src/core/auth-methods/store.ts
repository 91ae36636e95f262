import { type AuthMethod, type AuthMethodSettings, authMethodPositionMax } from "@authpi/schema";
import { type Selectable, sql, type Updateable } from "kysely";
import type { Tables } from "../../db/tables.generated.ts";
import type { Tx } from "../../db/tx.ts";

/** The settings with the provider's secret, which is sealed and written as base64. */
export type StoredSettings = AuthMethodSettings & { client_secret?: string };
export interface AuthMethodRow extends Omit<Selectable<Tables["auth_methods"]>, "method" | "settings"> {
  method: AuthMethod["method"];
  settings: StoredSettings;
}

/** How many of them a list shows. */
const SHOWN_MAX = 200;

export const find = async (tx: Tx, issuerId: string, id: string, lock: boolean): Promise<AuthMethodRow | undefined> => {
  const row = await within(tx, issuerId)
    .where("id", "=", id)
    .$if(lock, (query) => query.forUpdate())
    .executeTakeFirst();
  return row && typed(row);
};

/** The newest 200, in the order of their positions. */
export const list = async (tx: Tx, issuerId: string): Promise<AuthMethodRow[]> => {
  const rows = await within(tx, issuerId).orderBy("id", "desc").limit(SHOWN_MAX).execute();
  return rows.map(typed).sort((one, other) => one.position - other.position || (one.id < other.id ? -1 : 1));
};

/** Behind all others: of those at the highest position the newest is last. */
export const nextPosition = (tx: Tx, issuerId: string) =>
  sql<number>`(select least(coalesce(max(m.position) + 1, 0), ${authMethodPositionMax}::int) from auth_methods m
    where ${tx.own("m")} and m.issuer_id = ${issuerId})`;

export const insert = async (tx: Tx, method: Parameters<typeof tx.insert<"auth_methods">>[1]) =>
  typed(await tx.insert("auth_methods", method).returningAll().executeTakeFirstOrThrow());

export const update = async (tx: Tx, { issuer_id, id }: AuthMethodRow, values: Updateable<Tables["auth_methods"]>) =>
  typed(
    await tx
      .update("auth_methods")
      .set(values)
      .where("issuer_id", "=", issuer_id)
      .where("id", "=", id)
      .returningAll()
      .executeTakeFirstOrThrow(),
  );

export const remove = (tx: Tx, { issuer_id, id }: AuthMethodRow) =>
  tx.delete("auth_methods").where("issuer_id", "=", issuer_id).where("id", "=", id).execute();

const within = (tx: Tx, issuerId: string) => tx.from("auth_methods").selectAll().where("issuer_id", "=", issuerId);

/** The columns know less than the contract, by which alone they are written: this room and a new issuer do. */
const typed = (row: Selectable<Tables["auth_methods"]>): AuthMethodRow => row as AuthMethodRow;
