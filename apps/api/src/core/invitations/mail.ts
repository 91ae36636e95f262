import type { Tx } from "../../db/tx.ts";
import type { Deps } from "../../deps.ts";
import { languageOf } from "../../mail/language.ts";
import { queueMail } from "../../mail/queue.ts";
import type { InvitationMail } from "../../mail/templates/invitation.ts";
import type { InvitationRow, Parties } from "./store.ts";
import * as store from "./store.ts";

/** What a new link leaves in the invitation's row: the MAC of a token that nobody has but who reads the mail. */
export const newLink = (deps: Deps, issuerId: string) => {
  const { plain, mac } = deps.secrets.mint("invitation", issuerId);
  return { mac, url: `${deps.idpUrl}/${issuerId}/ui/invitations/${plain}` };
};

/** Whether what a mail invites to is still open: it may have waited for a mail server, and have a newer one behind it. */
export const isStillInviting = (tx: Tx, deps: Deps, issuerId: string, { link }: InvitationMail): Promise<boolean> => {
  const token = link.slice(link.lastIndexOf("/") + 1);
  return store.isOpen(tx, issuerId, deps.secrets.macOf(issuerId, token), deps.clock.now());
};

/** The limits that every mail of an invitation counts in. The count needs no address, only to know it again. */
export const mailLimits = (deps: Deps, to: Pick<InvitationRow, "account_id" | "org_id" | "email_invited">) => [
  { limit: "invitations" as const, of: to.org_id },
  { limit: "mailsToAddress" as const, of: deps.secrets.macHexOf(to.account_id, to.email_invited) },
];

export const mailInvitation = (tx: Tx, deps: Deps, row: InvitationRow, parties: Parties, link: string) =>
  queueMail(tx, deps, {
    issuerId: row.issuer_id,
    to: row.email_invited,
    template: "invitation",
    language: languageOf(parties.invited?.locale, row.locale),
    values: {
      organization: parties.name,
      inviter: row.inviter?.name ?? null,
      userTitle: row.user_title,
      message: row.message ?? parties.invitation_message,
      link,
      expiresAt: row.expires_at,
    },
  });

/** Ends the invitation at its time; one that was extended by then is left alone. */
export const scheduleExpiry = (tx: Tx, row: InvitationRow) =>
  tx.enqueue("invitations.expire", {
    at: row.expires_at,
    data: { accountId: tx.accountId, issuerId: row.issuer_id, orgId: row.org_id, invitationId: row.id },
  });
