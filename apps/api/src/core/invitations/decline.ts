import { type Invitation, invitations } from "@authpi/schema";
import type { Tx } from "../../db/tx.ts";
import type { Deps } from "../../deps.ts";
import type { NewEvent } from "../../events/append.ts";
import { tell } from "../../events/tell.ts";
import { nextStamp } from "../../http/etag.ts";
import { findLocked, type InvitationLink } from "./answerable.ts";
import type { InvitationState } from "./find-by-token.ts";
import { present } from "./present.ts";
import * as store from "./store.ts";

export type Declined =
  | { outcome: "declined"; invitation: Invitation; events: NewEvent[] }
  | { outcome: "unknown" }
  | { outcome: "ended"; state: Exclude<InvitationState, "pending"> };

/** Who has the link declines, signed in or not; doing it again changes nothing. A suspended organization's can be declined too. */
export const declineInvitation = async (
  tx: Tx,
  deps: Pick<Deps, "secrets" | "clock">,
  { userId, ...link }: InvitationLink & { userId?: string | undefined },
): Promise<Declined> => {
  const found = await findLocked(tx, deps, link);
  if (!found) return { outcome: "unknown" };
  const { row, state } = found;
  const now = deps.clock.now();
  if (state === "declined") return { outcome: "declined", invitation: present(row, now), events: [] };
  if (state !== "pending" && state !== "organization_suspended") return { outcome: "ended", state };
  const declined = await store.update(tx, row, {
    status: "declined",
    declined_at: now,
    status_by: userId ?? null,
    holds_address: false,
    updated_at: nextStamp(now, row),
  });
  const invitation = present(declined, now);
  return {
    outcome: "declined",
    invitation,
    events: [tell(tx, invitations, "organization.invitation.declined", invitation)],
  };
};
