import { invitations } from "@authpi/schema";
import { present } from "../core/invitations/present.ts";
import * as store from "../core/invitations/store.ts";
import { appendEvents, subjectOf } from "../events/append.ts";
import type { JobHandler } from "./job.ts";

/** Writes down that an invitation's time is over. One that has ended otherwise, or was extended, is left alone. */
export const invitationsExpire: JobHandler<"invitations.expire"> = (
  { accountId, issuerId, orgId, invitationId },
  { database, deps, epoch, jobId },
) =>
  database.transaction(accountId, async (tx) => {
    const now = deps.clock.now();
    const row = await store.findOver(tx, { issuer_id: issuerId, org_id: orgId }, invitationId, now);
    if (!row) return;
    // `updated_at` stays: whoever read the invitation saw it expire by the clock.
    const ended = { status: "expired" as const, token_mac: null, holds_address: false };
    const resource = present(await store.update(tx, row, ended), now);
    const subject = subjectOf(accountId, invitations, { ...resource });
    const origin = {
      source: "jobs",
      trigger: "invitations.expire",
      trace: jobId,
      auth: { type: "system" },
      epoch,
    } as const;
    await appendEvents(
      tx,
      [{ type: "organization.invitation.expired", subject, data: { resource } }],
      origin,
      deps.ids,
    );
  });
