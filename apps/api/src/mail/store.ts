import { type Selectable, sql } from "kysely";
import type { Tables } from "../db/tables.generated.ts";
import type { Tx } from "../db/tx.ts";
import type { Brand } from "./message.ts";

export type MailRow = Selectable<Tables["mails"]>;

export const insert = (tx: Tx, mail: Parameters<typeof tx.insert<"mails">>[1]) => tx.insert("mails", mail).execute();

/** A mail that is still to be sent, with one more attempt counted. */
export const attempt = (tx: Tx, id: string) =>
  tx
    .update("mails")
    .set({ attempts: sql`attempts + 1` })
    .where("id", "=", id)
    .where("status", "=", "queued")
    .returningAll()
    .executeTakeFirst();

/** Its content is gone from here on. Undefined where another has ended it. */
export const end = (tx: Tx, id: string, how: { status: "sent"; sent_at: number } | { status: "failed" }) =>
  tx
    .update("mails")
    .set({ ...how, payload: null })
    .where("id", "=", id)
    .where("status", "=", "queued")
    .returningAll()
    .executeTakeFirst();

/** As if it had never been asked for. */
export const drop = (tx: Tx, id: string) => tx.delete("mails").where("id", "=", id).execute();

/** Undefined where the issuer is gone. The root issuer is no account's to read: its mails carry the product's name. */
export const brandOf = async (tx: Tx, issuerId: string, rootIssuerId: string): Promise<Brand | undefined> => {
  if (issuerId === rootIssuerId) return { name: "AuthPI", logoUrl: null, color: null };
  const issuer = await tx
    .from("issuers")
    .select(["name", "settings"])
    .where("id", "=", issuerId)
    .where("deleted_at", "is", null)
    .executeTakeFirst();
  const branding = issuer?.settings.branding;
  return issuer && { name: issuer.name, logoUrl: branding?.logo_url ?? null, color: branding?.primary_color ?? null };
};
