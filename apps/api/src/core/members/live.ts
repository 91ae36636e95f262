import { type SqlBool, sql } from "kysely";

/** A deleted user is no member for as long as it stays deleted: a condition on the rows that name a member. */
export const isLive = (alias: string) => sql<SqlBool>`not exists (select from users u
  where u.account_id = ${sql.ref(`${alias}.account_id`)} and u.issuer_id = ${sql.ref(`${alias}.issuer_id`)}
    and u.id = ${sql.ref(`${alias}.member_id`)} and u.status = 'deleted')`;
