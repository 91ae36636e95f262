import { defined } from "../../domain/defined.ts";
import { changesBetween } from "../../events/append.ts";
import { isOwnOrganization, requireHeld } from "../../http/caller.ts";
import { nextStamp } from "../../http/etag.ts";
import { requireCatalogued } from "../catalogues.ts";
import { statusColumns } from "../status.ts";
import { scheduleExpiry } from "./expiry.ts";
import { requireTransition } from "./lifecycle.ts";
import type { ApiKeyCall } from "./operations.ts";
import { present } from "./present.ts";
import { expectFuture, isWider } from "./rules.ts";
import * as store from "./store.ts";

const statusEvents = { active: "api-key.unblocked", blocked: "api-key.blocked", revoked: "api-key.revoked" } as const;

export const update = async ({ tx, row, body, caller, deps, emit, unchanged }: ApiKeyCall<"update">) => {
  const now = deps.clock.now();
  const values = defined({
    name: body.name,
    description: body.description,
    tags: body.tags === null ? [] : body.tags,
    scopes: body.restrictions?.scopes === null ? [] : body.restrictions?.scopes,
    ip_allowlist: body.restrictions?.ip_allowlist === null ? [] : body.restrictions?.ip_allowlist,
    expires_at: body.expires_at,
    metadata: body.metadata === null ? {} : body.metadata,
  });
  const status = body.status === row.status ? undefined : body.status;
  const after = { ...row, ...values };

  expectFuture(body.expires_at, now);
  if (status) requireTransition(row, status);
  if (isOwnOrganization(caller, row)) {
    if (isWider(row, after) || status === "active") requireHeld(caller, after.scopes);
  } else if (values.scopes) requireCatalogued(row, "restrictions.scopes", values.scopes);

  const columns = { ...values, ...(status && statusColumns(status, body, caller, now)) };
  const before = present(row, now);
  const changes = changesBetween(before, present({ ...row, ...columns }, now));
  if (!changes) {
    unchanged();
    return before;
  }
  await store.update(tx, row.id, { ...columns, updated_at: nextStamp(now, row) });
  if (values.expires_at !== row.expires_at) await scheduleExpiry(tx, row.id, values.expires_at);
  const key = present(await store.get(tx, row.id, now), now);
  emit(status ? statusEvents[status] : "api-key.updated", key, changesBetween(before, key) ?? changes);
  return key;
};
