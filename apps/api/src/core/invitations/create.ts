import type { Body, invitations } from "@authpi/schema";
import { invitationSecondsDefault } from "@authpi/schema";
import { Problem } from "../../http/problem.ts";
import { countLimited } from "../../limits/count.ts";
import { cataloguesOf } from "../catalogues.ts";
import { groupsOf, requireSomething } from "../members/choice.ts";
import { requireGrantable, requireGroupsGrantable } from "../members/grantable.ts";
import { mailInvitation, mailLimits, newLink, scheduleExpiry } from "./mail.ts";
import type { InvitationCall } from "./operations.ts";
import { present } from "./present.ts";
import { requireAddress, requireInviting } from "./rules.ts";
import * as store from "./store.ts";

export const create = async ({ tx, params, parents, body, caller, deps, emit }: InvitationCall<"create">) => {
  const { issuer_id, org_id } = params;
  const email = requireAddress(body.email_invited);
  const scopes = body.scopes ?? (body.groups ? [] : (parents.organization?.default_member_scopes ?? []));
  const groups = await groupsOf(tx, params, body.groups ?? []);
  requireSomething(scopes, groups);
  requireGrantable(caller, { issuer_id, org_id, ...cataloguesOf(parents) }, scopes);
  requireGroupsGrantable(caller, params, groups);
  const parties = await store.findParties(tx, params, email);
  requireInviting(parents, parties);
  if (parties.invited?.is_member) throw new Problem("conflict", "The user of this address is a member already.");

  const now = deps.clock.now();
  const link = newLink(deps, issuer_id);
  const ids = { id: deps.ids.make("invitation"), issuer_id, org_id, email_invited: email };
  const values = {
    ...ids,
    ...textsOf(body),
    user_id_invited: parties.invited?.id ?? null,
    scopes,
    groups: groups.map(({ id }) => id),
    token_mac: link.mac,
    last_email_sent_at: now,
    created_at: now,
    updated_at: now,
  };
  const lasts = body.expires_in_seconds ?? invitationSecondsDefault;
  const times = { expires_in_seconds: lasts, expires_at: now + lasts * 1000 };
  const row = await store.insert(tx, { ...values, ...times }, now);
  if (!row) throw new Problem("conflict", "This address has a pending invitation of this organization.");
  await countLimited(tx, deps, ...mailLimits(deps, row));
  await mailInvitation(tx, deps, row, parties, link.url);
  await scheduleExpiry(tx, row);
  const invitation = present(row, now);
  emit("organization.invitation.created", invitation);
  return invitation;
};

type CreateBody = Body<(typeof invitations)["operations"]["create"]>;

const textsOf = ({ user_title, message, locale, inviter, metadata }: CreateBody) => ({
  user_title: user_title ?? null,
  message: message ?? null,
  locale: locale ?? null,
  inviter: inviter ? { id: inviter.id ?? null, name: inviter.name ?? null } : null,
  metadata: metadata ?? {},
});
