import type { Updateable } from "kysely";
import type { Tables } from "../../db/tables.generated.ts";
import { nextStamp } from "../../http/etag.ts";
import { statusColumns } from "../status.ts";
import type { InvitationCall } from "./operations.ts";
import { present } from "./present.ts";
import { requirePending } from "./rules.ts";
import * as store from "./store.ts";

type Revoking = Pick<InvitationCall<"revoke">, "tx" | "row" | "body" | "caller" | "deps" | "unchanged"> & {
  emit: (type: "organization.invitation.deleted", resource: object) => void;
};

/** Also where the organization is suspended: it takes away, and gives nothing. A PATCH may write more with it. */
export const revoke = async (
  { tx, row, body, caller, deps, emit, unchanged }: Revoking,
  more: Updateable<Tables["invitations"]> = {},
) => {
  const now = deps.clock.now();
  if (row.status === "revoked" && Object.keys(more).length === 0) {
    unchanged();
    return present(row, now);
  }
  requirePending(row, now);
  const { status_at: revoked_at, ...status } = statusColumns("revoked", body, caller, now);
  const ended = { ...more, ...status, revoked_at, token_mac: null, holds_address: false };
  const invitation = present(await store.update(tx, row, { ...ended, updated_at: nextStamp(now, row) }), now);
  emit("organization.invitation.deleted", invitation);
  return invitation;
};
