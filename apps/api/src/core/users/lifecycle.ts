import type { users } from "@authpi/schema";
import { changesBetween } from "../../events/append.ts";
import { nextStamp } from "../../http/etag.ts";
import { Problem } from "../../http/problem.ts";
import type { Call } from "../../http/room.ts";
import { statusColumns } from "../status.ts";
import { endAccess } from "./end-access.ts";
import { present } from "./present.ts";
import * as store from "./store.ts";

type Operations = (typeof users)["operations"];
export type UserCall<K extends keyof Operations> = Call<typeof users, Operations[K], store.UserRow>;
type Status = store.UserRow["status"];

/** From which states each state is reached by hand; approval and deletion have ways of their own. */
const reachedFrom: Partial<Record<Status, readonly Status[]>> = {
  active: ["suspended", "disabled", "blocked"],
  suspended: ["active", "disabled"],
  disabled: ["active", "suspended"],
  blocked: ["active", "suspended", "disabled", "pending_approval"],
};

/** @throws {Problem} 409 where the user's state does not lead to the other. */
export const requireTransition = (from: Status, to: Status, via: readonly Status[] = reachedFrom[to] ?? []): void => {
  if (!via.includes(from)) throw new Problem("conflict", `A user who is ${from} cannot become ${to} this way.`);
};

export const statusEvent = (from: Status, to: Status) => {
  if (to === "blocked") return "user.blocked";
  if (to === "suspended") return "user.suspended";
  if (to === "disabled") return "user.updated";
  return from === "blocked" ? "user.unblocked" : "user.reactivated";
};

export const block = (call: UserCall<"block">) =>
  setStatus(call, "blocked", (...told) => call.emit("user.blocked", ...told));
export const unblock = (call: UserCall<"unblock">) =>
  setStatus(call, "active", (...told) => call.emit("user.unblocked", ...told), ["blocked"]);
export const suspend = (call: UserCall<"suspend">) =>
  setStatus(call, "suspended", (...told) => call.emit("user.suspended", ...told));
export const reactivate = (call: UserCall<"reactivate">) =>
  setStatus(call, "active", (...told) => call.emit("user.reactivated", ...told), ["suspended", "disabled"]);

const setStatus = async (
  { tx, row, body, caller, deps, unchanged }: Omit<UserCall<"block">, "emit">,
  to: Status,
  tell: (resource: object, previous?: object, more?: Record<string, unknown>) => void,
  via?: readonly Status[],
) => {
  if (row.status === to) {
    unchanged();
    return present(row);
  }
  requireTransition(row.status, to, via);
  const now = deps.clock.now();
  const columns = { ...statusColumns(to, body, caller, now), updated_at: nextStamp(now, row) };
  const user = present(await store.update(tx, row, columns));
  const ended = to === "blocked" ? await endAccess(tx, row, "The user was blocked", caller, now) : undefined;
  tell(user, changesBetween(present(row), user), ended);
  return user;
};
