import { nextStamp } from "../../http/etag.ts";
import { countLimited } from "../../limits/count.ts";
import { requireStillGrantable } from "./grantable.ts";
import { mailInvitation, mailLimits, newLink } from "./mail.ts";
import type { InvitationCall } from "./operations.ts";
import { present } from "./present.ts";
import { requireInviting, requirePending } from "./rules.ts";
import * as store from "./store.ts";

/** The old link's MAC is overwritten, and so the old link is no longer one. */
export const resend = async ({ tx, row, parents, caller, deps, emit }: InvitationCall<"resend">) => {
  const now = deps.clock.now();
  const parties = await store.findParties(tx, row, row.email_invited);
  requireInviting(parents, parties);
  requirePending(row, now);
  await requireStillGrantable(tx, caller, row);
  const once = { limit: "invitationResends" as const, of: row.id };
  await countLimited(tx, deps, once, ...mailLimits(deps, row));
  const link = newLink(deps, row.issuer_id);
  const written = await store.update(tx, row, {
    token_mac: link.mac,
    user_id_invited: parties.invited?.id ?? null,
    last_email_sent_at: now,
    updated_at: nextStamp(now, row),
  });
  await mailInvitation(tx, deps, written, parties, link.url);
  const invitation = present(written, now);
  emit("organization.invitation.resent", invitation);
  return invitation;
};
