import { defined } from "../../domain/defined.ts";
import { changesBetween } from "../../events/append.ts";
import { nextStamp } from "../../http/etag.ts";
import { cataloguesOf } from "../catalogues.ts";
import { groupsOf, requireSomething } from "../members/choice.ts";
import { requireGrantable, requireGroupsGrantable } from "../members/grantable.ts";
import { requireStillGrantable } from "./grantable.ts";
import { scheduleExpiry } from "./mail.ts";
import type { InvitationCall } from "./operations.ts";
import { present } from "./present.ts";
import { revoke } from "./revoke.ts";
import { requireInviting, requirePending } from "./rules.ts";
import * as store from "./store.ts";

export const update = async (call: InvitationCall<"update">) => {
  const { tx, row, parents, body, caller, deps, emit, unchanged } = call;
  const now = deps.clock.now();
  if (body.status === undefined) {
    requireInviting(parents);
    requirePending(row, now);
  }
  const { user_title, message, locale, expires_in_seconds: lasts } = body;
  const groups = body.groups === undefined ? undefined : await groupsOf(tx, row, body.groups ?? []);
  const columns = defined({
    user_title,
    message,
    locale,
    scopes: body.scopes === null ? [] : body.scopes,
    groups: groups?.map(({ id }) => id),
    metadata: body.metadata === null ? {} : body.metadata,
    expires_in_seconds: lasts,
    expires_at: lasts === undefined ? undefined : now + lasts * 1000,
  });
  if (body.scopes !== undefined || groups) {
    const kept = (columns.groups ?? row.groups).map((id) => ({ id, scopes: [] }));
    requireSomething(columns.scopes ?? row.scopes, kept);
  }
  if (columns.scopes) requireGrantable(caller, { ...row, ...cataloguesOf(parents) }, columns.scopes);
  if (groups) requireGroupsGrantable(caller, row, groups);
  if (lasts !== undefined) await requireStillGrantable(tx, caller, { ...row, ...columns });
  if (body.status === "revoked") return revoke(call, columns);

  const before = present(row, now);
  if (!changesBetween(before, present({ ...row, ...columns }, now))) {
    unchanged();
    return before;
  }
  const written = await store.update(tx, row, { ...columns, updated_at: nextStamp(now, row) });
  if (lasts !== undefined) await scheduleExpiry(tx, written);
  const invitation = present(written, now);
  emit("organization.invitation.updated", invitation, changesBetween(before, invitation));
  return invitation;
};
