import { graceSecondsDefault } from "@authpi/schema";
import { isOwnOrganization, requireHeld } from "../../http/caller.ts";
import { nextStamp } from "../../http/etag.ts";
import { Problem } from "../../http/problem.ts";
import type { ApiKeyCall } from "./operations.ts";
import { present } from "./present.ts";
import * as store from "./store.ts";

/** A new secret; the old one stays valid for the grace period, and says whether anyone still uses it. */
export const rotate = async ({ tx, row, body, caller, deps, emit }: ApiKeyCall<"rotate">) => {
  if (row.status === "revoked") throw new Problem("conflict", "A revoked key cannot be rotated.");
  if (isOwnOrganization(caller, row)) requireHeld(caller, row.scopes);

  const now = deps.clock.now();
  const graceSeconds = body.grace_period_seconds ?? graceSecondsDefault;
  const secret = deps.secrets.mint("apiKey", row.id);
  await store.update(tx, row.id, {
    secret_mac: secret.mac,
    secret_pepper: secret.pepper,
    secret_hint: secret.hint,
    last_rotated_at: now,
    previous_mac: graceSeconds > 0 ? row.secret_mac : null,
    previous_expires_at: graceSeconds > 0 ? now + graceSeconds * 1000 : null,
    previous_last_used_at: graceSeconds > 0 ? row.last_used_at : null,
    updated_at: nextStamp(now, row),
  });
  const key = present(await store.get(tx, row.id, now), now);
  emit("api-key.rotated", key);
  return { ...key, secret_plain: secret.plain };
};
