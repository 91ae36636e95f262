import { type Insertable, type Selectable, sql, type Updateable } from "kysely";
import type { Tables } from "../../db/tables.generated.ts";
import type { Tx } from "../../db/tx.ts";

export type VerifierRow = Selectable<Tables["user_verifiers"]>;
export type NewVerifier = Omit<Insertable<Tables["user_verifiers"]>, "account_id">;
export type EnrollmentRow = Selectable<Tables["user_totp_enrollments"]>;
export interface UserPlace {
  issuer_id: string;
  user_id: string;
}

/** How many of them a list shows. */
const SHOWN_MAX = 200;

/** With its user locked before it: all that is written of one user's verifiers is written in turn. */
export const find = (tx: Tx, place: UserPlace, id: string, lock: boolean) =>
  within(tx, place)
    .where("user_verifiers.id", "=", id)
    .$if(lock, (query) => query.forNoKeyUpdate(["users", "user_verifiers"]))
    .executeTakeFirst();

export const list = (tx: Tx, place: UserPlace) =>
  within(tx, place).orderBy("user_verifiers.id", "desc").limit(SHOWN_MAX).execute();

/** All of one type, with their user locked before them. */
export const lockOfType = (tx: Tx, place: UserPlace, type: VerifierRow["type"]) =>
  within(tx, place)
    .where("user_verifiers.type", "=", type)
    .orderBy("user_verifiers.id")
    .forNoKeyUpdate(["users", "user_verifiers"])
    .execute();

/** The user's password, with its user locked before it; undefined where there is none. */
export const findPassword = (tx: Tx, place: UserPlace, lock: boolean) =>
  within(tx, place)
    .where("user_verifiers.type", "=", "password")
    .$if(lock, (query) => query.forNoKeyUpdate(["users", "user_verifiers"]))
    .executeTakeFirst();

/** Takes all of them from the user, and says how many they were. */
export const removeAll = async (tx: Tx, { issuer_id, user_id }: UserPlace): Promise<number> => {
  const { numDeletedRows } = await tx
    .delete("user_verifiers")
    .where("issuer_id", "=", issuer_id)
    .where("user_id", "=", user_id)
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows);
};

export const endEnrollmentsOf = (tx: Tx, { issuer_id, user_id }: UserPlace) =>
  tx.delete("user_totp_enrollments").where("issuer_id", "=", issuer_id).where("user_id", "=", user_id).execute();

/** The user above, with what a new verifier needs to know of the two; a deleted one is not found. */
export const findUser = (tx: Tx, { issuer_id, user_id }: UserPlace, lock: boolean) =>
  tx
    .from("users")
    .innerJoin("issuers", (join) =>
      join.onRef("issuers.account_id", "=", "users.account_id").onRef("issuers.id", "=", "users.issuer_id"),
    )
    .where("users.issuer_id", "=", issuer_id)
    .where("users.id", "=", user_id)
    .where("users.status", "<>", "deleted")
    .select(["users.id", "users.issuer_id", "users.username", "issuers.name as issuer_name"])
    .select(({ selectFrom }) =>
      selectFrom("user_verifiers as v")
        .where(tx.own("v"))
        .whereRef("v.issuer_id", "=", "users.issuer_id")
        .whereRef("v.user_id", "=", "users.id")
        .where("v.type", "=", "totp")
        .select(sql<number>`count(*)`.as("count"))
        .as("n_totp"),
    )
    .$if(lock, (query) => query.forNoKeyUpdate("users"))
    .executeTakeFirst();

/** How long a password of the issuer's users has to be. */
export const passwordLengthMin = async (tx: Tx, issuerId: string): Promise<number> => {
  const row = await tx
    .from("issuers")
    .where("id", "=", issuerId)
    .select(sql<number>`coalesce((settings #>> '{security,password,min_length}')::int, 8)`.as("min"))
    .executeTakeFirstOrThrow();
  return row.min;
};

/** Undefined where the user has one already of a type that is single. */
export const insert = (tx: Tx, verifier: NewVerifier) =>
  tx
    .insert("user_verifiers", verifier)
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirst();

export const update = (tx: Tx, row: VerifierRow, values: Updateable<Tables["user_verifiers"]>) =>
  tx
    .update("user_verifiers")
    .set(values)
    .where("issuer_id", "=", row.issuer_id)
    .where("user_id", "=", row.user_id)
    .where("id", "=", row.id)
    .returningAll()
    .executeTakeFirstOrThrow();

export const remove = (tx: Tx, row: VerifierRow) =>
  tx
    .delete("user_verifiers")
    .where("issuer_id", "=", row.issuer_id)
    .where("user_id", "=", row.user_id)
    .where("id", "=", row.id)
    .execute();

/** Takes the place of the user's earlier enrollment. */
export const enroll = async (
  tx: Tx,
  { issuer_id, user_id, ...values }: UserPlace & Pick<EnrollmentRow, "id" | "name" | "secret" | "expires_at">,
): Promise<void> => {
  const fresh = { ...values, attempts: 0 };
  await tx
    .insert("user_totp_enrollments", { issuer_id, user_id, ...fresh })
    .onConflict((conflict) => conflict.columns(["account_id", "issuer_id", "user_id"]).doUpdateSet(fresh))
    .execute();
};

export const findEnrollment = (tx: Tx, { issuer_id, user_id }: UserPlace, id: string, now: number) =>
  tx
    .from("user_totp_enrollments")
    .selectAll()
    .select(({ exists, selectFrom }) =>
      exists(
        selectFrom("user_verifiers as v")
          .select("v.id")
          .where(tx.own("v"))
          .where("v.issuer_id", "=", issuer_id)
          .where("v.user_id", "=", user_id)
          .where("v.type", "=", "backup_codes"),
      ).as("has_backup_codes"),
    )
    .where("issuer_id", "=", issuer_id)
    .where("user_id", "=", user_id)
    .where("id", "=", id)
    .where("expires_at", ">", now)
    .executeTakeFirst();

export const countAttempt = (tx: Tx, { issuer_id, user_id, id, attempts }: EnrollmentRow) =>
  tx
    .update("user_totp_enrollments")
    .set({ attempts: attempts + 1 })
    .where("issuer_id", "=", issuer_id)
    .where("user_id", "=", user_id)
    .where("id", "=", id)
    .execute();

export const endEnrollment = (tx: Tx, { issuer_id, user_id, id }: EnrollmentRow) =>
  tx
    .delete("user_totp_enrollments")
    .where("issuer_id", "=", issuer_id)
    .where("user_id", "=", user_id)
    .where("id", "=", id);

/** The enrollment becomes a verifier, or two, in one statement; they come in their order. */
export const completeEnrollment = (tx: Tx, enrollment: EnrollmentRow, verifiers: readonly NewVerifier[]) =>
  tx.db
    .with("ended", () => endEnrollment(tx, enrollment))
    .insertInto("user_verifiers")
    .values(verifiers.map((verifier) => ({ ...verifier, account_id: tx.accountId })))
    .returningAll()
    .execute();

const within = (tx: Tx, { issuer_id, user_id }: UserPlace) =>
  tx
    .from("user_verifiers")
    .innerJoin("users", (join) =>
      join
        .onRef("users.account_id", "=", "user_verifiers.account_id")
        .onRef("users.issuer_id", "=", "user_verifiers.issuer_id")
        .onRef("users.id", "=", "user_verifiers.user_id"),
    )
    .selectAll("user_verifiers")
    .where("user_verifiers.issuer_id", "=", issuer_id)
    .where("user_verifiers.user_id", "=", user_id)
    .where("users.status", "<>", "deleted");
