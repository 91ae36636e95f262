import { type Insertable, type Selectable, type SqlBool, sql, type Updateable } from "kysely";
import type { Tables } from "../../db/tables.generated.ts";
import type { Tx } from "../../db/tx.ts";
import type { PageRequest } from "../../http/cursor.ts";

export type InvitationRow = Selectable<Tables["invitations"]>;
export interface InvitationPlace {
  issuer_id: string;
  org_id: string;
}
export interface InvitationFilters {
  status?: InvitationRow["status"];
}

export const find = (tx: Tx, place: InvitationPlace, id: string, lock: boolean) =>
  within(tx, place)
    .where("id", "=", id)
    .$if(lock, (query) => query.forUpdate())
    .executeTakeFirst();

/** Time ends an invitation before the job has written it down. */
export const list = (tx: Tx, place: InvitationPlace, { status }: InvitationFilters, page: PageRequest, now: number) => {
  let query = within(tx, place);
  if (status === "expired")
    query = query.where(sql<SqlBool>`(status = 'expired' or (status = 'pending' and expires_at <= ${now}))`);
  else if (status !== undefined) query = query.where("status", "=", status);
  if (status === "pending") query = query.where("expires_at", ">", now);
  if (page.after) query = query.where("id", "<", String(page.after[0]));
  return query
    .orderBy("id", "desc")
    .limit(page.limit + 1)
    .execute();
};

type NewInvitation = Omit<Insertable<Tables["invitations"]>, "account_id">;

/** Undefined where the address has an open invitation. One whose time is over makes room, and is told of by its job. */
export const insert = async (tx: Tx, invitation: NewInvitation, now: number) => {
  const row = await insertOpen(tx, invitation);
  if (row) return row;
  await tx
    .update("invitations")
    .set({ holds_address: false })
    .where("issuer_id", "=", invitation.issuer_id)
    .where("org_id", "=", invitation.org_id)
    .where("email_invited", "=", invitation.email_invited)
    .where("holds_address", "=", true)
    .where("expires_at", "<=", now)
    .execute();
  return insertOpen(tx, invitation);
};

const insertOpen = (tx: Tx, invitation: NewInvitation) =>
  tx
    .insert("invitations", invitation)
    .onConflict((conflict) =>
      conflict
        .columns(["account_id", "issuer_id", "org_id", "email_invited"])
        .where("holds_address", "=", true)
        .doNothing(),
    )
    .returningAll()
    .executeTakeFirst();

export const update = (tx: Tx, row: InvitationRow, values: Updateable<Tables["invitations"]>) =>
  tx
    .update("invitations")
    .set(values)
    .where("issuer_id", "=", row.issuer_id)
    .where("org_id", "=", row.org_id)
    .where("id", "=", row.id)
    .returningAll()
    .executeTakeFirstOrThrow();

/** Pending and over, in an organization that is still there. */
export const findOver = (tx: Tx, place: InvitationPlace, id: string, now: number) =>
  within(tx, place)
    .where("id", "=", id)
    .where("status", "=", "pending")
    .where("expires_at", "<=", now)
    .where(
      sql<SqlBool>`exists (select from organizations o where ${tx.own("o")} and o.issuer_id = invitations.issuer_id
        and o.id = invitations.org_id and o.deleted_at is null)`,
    )
    .forUpdate()
    .executeTakeFirst();

/** Whether a link of this token still leads anywhere. */
export const isOpen = async (tx: Tx, issuerId: string, tokenMac: Buffer, now: number): Promise<boolean> => {
  const row = await tx
    .from("invitations")
    .innerJoin("organizations as o", (join) =>
      join
        .onRef("o.account_id", "=", "invitations.account_id")
        .onRef("o.issuer_id", "=", "invitations.issuer_id")
        .onRef("o.id", "=", "invitations.org_id"),
    )
    .select("invitations.id")
    .where("invitations.issuer_id", "=", issuerId)
    .where("invitations.token_mac", "=", tokenMac)
    .where("invitations.status", "=", "pending")
    .where("invitations.expires_at", ">", now)
    .where("o.deleted_at", "is", null)
    .executeTakeFirst();
  return row !== undefined;
};

/** Who invites, and whom it finds at the address. */
export interface Parties {
  name: string;
  invitation_enabled: boolean;
  invitation_message: string | null;
  invited: { id: string; locale: string | null; is_member: boolean } | null;
}

/** The invited is the user who signs in with the address, else one who has proved it. */
export const findParties = (tx: Tx, { issuer_id, org_id }: InvitationPlace, email: string): Promise<Parties> =>
  tx
    .from("organizations")
    .select([
      "name",
      "invitation_enabled",
      "invitation_message",
      sql<Parties["invited"]>`(
        select json_build_object('id', u.id, 'locale', u.profile ->> 'locale', 'is_member', exists (
          select from members m where ${tx.own("m")} and m.issuer_id = ${issuer_id} and m.org_id = ${org_id}
            and m.member_id = u.id and m.status = 'active'))
        from users u where ${tx.own("u")} and u.issuer_id = ${issuer_id} and u.status <> 'deleted'
          and ((u.username_type = 'email' and u.username = ${email})
            or (u.profile ->> 'email_verified' = 'true' and lower(u.profile ->> 'email') = ${email}))
        order by u.username_type = 'email' and u.username = ${email} desc limit 1)`.as("invited"),
    ])
    .where("issuer_id", "=", issuer_id)
    .where("id", "=", org_id)
    .executeTakeFirstOrThrow();

const within = (tx: Tx, place: InvitationPlace) =>
  tx
    .from("invitations")
    .selectAll("invitations")
    .where("invitations.issuer_id", "=", place.issuer_id)
    .where("invitations.org_id", "=", place.org_id);
