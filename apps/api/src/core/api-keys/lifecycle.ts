import { changesBetween } from "../../events/append.ts";
import { isOwnOrganization, requireHeld } from "../../http/caller.ts";
import { nextStamp } from "../../http/etag.ts";
import { Problem } from "../../http/problem.ts";
import { statusColumns } from "../status.ts";
import type { ApiKeyCall } from "./operations.ts";
import { present } from "./present.ts";
import * as store from "./store.ts";

type Status = "active" | "blocked" | "revoked";

export const block = (call: ApiKeyCall<"block">) =>
  setStatus(call, "blocked", (...told) => call.emit("api-key.blocked", ...told));
export const unblock = (call: ApiKeyCall<"unblock">) =>
  setStatus(call, "active", (...told) => call.emit("api-key.unblocked", ...told));
export const revoke = (call: ApiKeyCall<"revoke">) =>
  setStatus(call, "revoked", (...told) => call.emit("api-key.revoked", ...told));

const setStatus = async (
  { tx, row, body, caller, deps, unchanged }: Omit<ApiKeyCall<"block">, "emit">,
  status: Status,
  tell: (resource: object, previous?: object) => void,
) => {
  const now = deps.clock.now();
  requireTransition(row, status);
  if (row.status === status) {
    unchanged();
    return present(row, now);
  }
  if (status === "active" && isOwnOrganization(caller, row)) requireHeld(caller, row.scopes);
  await store.update(tx, row.id, { ...statusColumns(status, body, caller, now), updated_at: nextStamp(now, row) });
  const after = present(await store.get(tx, row.id, now), now);
  tell(after, changesBetween(present(row, now), after));
  return after;
};

/** Revoked is final; the rest comes and goes. */
export const requireTransition = (row: store.ApiKeyRow, to: Status): void => {
  if (row.status === "revoked" && to !== "revoked") throw new Problem("conflict", "A revoked key stays revoked.");
};
