import type { IssuerSettings } from "@authpi/schema";
import type { Selectable, Updateable } from "kysely";
import type { Tables } from "../../db/tables.generated.ts";
import type { Tx } from "../../db/tx.ts";

export type TrustedDeviceRow = Selectable<Tables["trusted_devices"]>;
export interface UserPlace {
  issuer_id: string;
  user_id: string;
}

/** How many of them a list shows. */
const SHOWN_MAX = 200;

export const find = (tx: Tx, place: UserPlace, id: string, now: number, lock: boolean) =>
  live(tx, place, now)
    .where("trusted_devices.id", "=", id)
    .$if(lock, (query) => query.forUpdate("trusted_devices"))
    .executeTakeFirst();

/** Also those whose trust has ended: it can be renewed, and whoever adds one takes the others away. */
export const listAll = (tx: Tx, place: UserPlace) => within(tx, place).selectAll().execute();

export const list = (tx: Tx, place: UserPlace, now: number) =>
  live(tx, place, now).orderBy("trusted_devices.id", "desc").limit(SHOWN_MAX).execute();

export const userExists = async (tx: Tx, place: UserPlace): Promise<boolean> =>
  (await user(tx, place).select("users.id").executeTakeFirst()) !== undefined;

/** The device of that fingerprint is used in the place of a second factor; undefined where it is not trusted, or no longer. */
export const use = (tx: Tx, { issuer_id, user_id }: UserPlace, fingerprint: string, now: number) =>
  tx
    .update("trusted_devices")
    .set({ last_used_at: now })
    .where("issuer_id", "=", issuer_id)
    .where("user_id", "=", user_id)
    .where("fingerprint", "=", fingerprint)
    .where("expires_at", ">", now)
    .returning("id")
    .executeTakeFirst();

export const known = (tx: Tx, place: UserPlace, fingerprint: string, now: number) =>
  within(tx, place)
    .select("id")
    .where("fingerprint", "=", fingerprint)
    .where("expires_at", ">", now)
    .executeTakeFirst();

/** Locks the user until the transaction ends, so that no two devices come at a time; undefined where there is none. */
export const lockUser = async (
  tx: Tx,
  place: UserPlace,
): Promise<IssuerSettings["security"]["trusted_devices"] | undefined> => {
  const found = await user(tx, place)
    .innerJoin("issuers", (join) =>
      join.onRef("issuers.account_id", "=", "users.account_id").onRef("issuers.id", "=", "users.issuer_id"),
    )
    .select("issuers.settings")
    .forNoKeyUpdate("users")
    .executeTakeFirst();
  return found?.settings.security.trusted_devices;
};

export const insert = (tx: Tx, device: Parameters<typeof tx.insert<"trusted_devices">>[1]) =>
  tx.insert("trusted_devices", device).returningAll().executeTakeFirstOrThrow();

export const update = (
  tx: Tx,
  { issuer_id, user_id, id }: TrustedDeviceRow,
  values: Updateable<Tables["trusted_devices"]>,
) =>
  tx
    .update("trusted_devices")
    .set(values)
    .where("issuer_id", "=", issuer_id)
    .where("user_id", "=", user_id)
    .where("id", "=", id)
    .returningAll()
    .executeTakeFirstOrThrow();

export const remove = (tx: Tx, { id, ...place }: TrustedDeviceRow) => gone(tx, place).where("id", "=", id).execute();

/** What time has ended leaves no trace. */
export const removeExpired = (tx: Tx, place: UserPlace, now: number) =>
  gone(tx, place).where("expires_at", "<=", now).execute();

export const removeAll = (tx: Tx, place: UserPlace): Promise<TrustedDeviceRow[]> =>
  gone(tx, place).returningAll().execute();

const within = (tx: Tx, { issuer_id, user_id }: UserPlace) =>
  tx.from("trusted_devices").where("issuer_id", "=", issuer_id).where("user_id", "=", user_id);

const gone = (tx: Tx, { issuer_id, user_id }: UserPlace) =>
  tx.delete("trusted_devices").where("issuer_id", "=", issuer_id).where("user_id", "=", user_id);

const user = (tx: Tx, { issuer_id, user_id }: UserPlace) =>
  tx
    .from("users")
    .where("users.issuer_id", "=", issuer_id)
    .where("users.id", "=", user_id)
    .where("users.status", "<>", "deleted");

/** Those whose trust lasts, of a user who is not deleted. */
const live = (tx: Tx, { issuer_id, user_id }: UserPlace, now: number) =>
  tx
    .from("trusted_devices")
    .innerJoin("users", (join) =>
      join
        .onRef("users.account_id", "=", "trusted_devices.account_id")
        .onRef("users.issuer_id", "=", "trusted_devices.issuer_id")
        .onRef("users.id", "=", "trusted_devices.user_id"),
    )
    .selectAll("trusted_devices")
    .where("trusted_devices.issuer_id", "=", issuer_id)
    .where("trusted_devices.user_id", "=", user_id)
    .where("trusted_devices.expires_at", ">", now)
    .where("users.status", "<>", "deleted");
