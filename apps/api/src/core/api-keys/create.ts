import { cataloguesOf } from "../catalogues.ts";
import { scheduleExpiry } from "./expiry.ts";
import type { ApiKeyCall } from "./operations.ts";
import { present } from "./present.ts";
import { expectFuture, requireGrantable } from "./rules.ts";
import * as store from "./store.ts";

export const create = async (
  { tx, body, caller, deps, parents, emit }: ApiKeyCall<"create">,
  { issuerId, orgId }: store.ApiKeyPlace,
) => {
  const now = deps.clock.now();
  const scopes = body.restrictions.scopes ?? [];
  expectFuture(body.expires_at, now);
  requireGrantable(caller, { issuer_id: issuerId, org_id: orgId, ...cataloguesOf(parents) }, scopes);

  const id = deps.ids.make("apiKey");
  const secret = deps.secrets.mint("apiKey", id);
  const row = await store.insert(tx, {
    id,
    issuer_id: issuerId,
    org_id: orgId,
    name: body.name,
    description: body.description ?? null,
    tags: body.tags ?? [],
    scopes,
    ip_allowlist: body.restrictions.ip_allowlist ?? [],
    expires_at: body.expires_at ?? null,
    metadata: body.metadata ?? {},
    secret_mac: secret.mac,
    secret_pepper: secret.pepper,
    secret_hint: secret.hint,
    created_at: now,
    updated_at: now,
  });
  await scheduleExpiry(tx, id, row.expires_at);
  const key = present(
    { ...row, ...cataloguesOf(parents), shown_status: parents.organization?.status ?? "active" },
    now,
  );
  emit("api-key.created", key);
  return { ...key, secret_plain: secret.plain };
};
