import { users } from "@authpi/schema";
import { isUniqueViolation } from "../../db/connect.ts";
import { normalizeUsername } from "../../domain/usernames.ts";
import { changesBetween } from "../../events/append.ts";
import { toPage } from "../../http/cursor.ts";
import { nextStamp } from "../../http/etag.ts";
import { notFound, Problem } from "../../http/problem.ts";
import { prepared, room } from "../../http/room.ts";
import { present as presentMember } from "../members/present.ts";
import { countsOf } from "../purge.ts";
import { statusColumns } from "../status.ts";
import { givePassword, preparedPassword } from "../user-verifiers/password.ts";
import { waiting } from "./approval.ts";
import { endAccess } from "./end-access.ts";
import { block, reactivate, requireTransition, statusEvent, suspend, unblock } from "./lifecycle.ts";
import { present, presentItem } from "./present.ts";
import { belowUser, purgeAt, restorableMs } from "./purge.ts";
import * as store from "./store.ts";
import { changedValues, initialColumns } from "./values.ts";

export const userRoom = room<typeof users, store.UserRow>(users, {
  load: ({ tx, params, query, lock, operation }) =>
    store.find(tx, params.issuer_id, params.user_id, {
      lock,
      deleted: operation === "restore" || query.status === "deleted",
    }),
  operations: {
    list: async ({ tx, params, query, page }) => {
      const { username, ...filters } = query;
      const usernames = username === undefined ? undefined : everyForm(username);
      const rows = await store.list(tx, params.issuer_id, { ...filters, ...(usernames && { usernames }) }, page);
      return toPage(rows, page, (row) => [row.id], presentItem);
    },

    create: prepared(
      ({ body, deps }) => preparedPassword(deps, body.password),
      async ({ tx, params, body, caller, deps, emit, prepared: password }) => {
        const now = deps.clock.now();
        const ids = { id: deps.ids.make("user"), issuer_id: params.issuer_id, created_at: now, updated_at: now };
        const status = body.status && statusColumns(body.status, body, caller, now);
        const approval = body.status === "pending_approval" ? waiting : null;
        const row = await store.insert(tx, { ...initialColumns(body), approval, ...status, ...ids });
        if (!row) throw taken();
        if (password) await givePassword({ tx, deps }, row, password);
        const user = present({ ...row, security: { ...row.security, password_set: password !== undefined } });
        emit("user.created", user);
        return user;
      },
    ),

    get: ({ row }) => present(row),

    update: async ({ tx, row, body, caller, deps, emit, unchanged }) => {
      const now = deps.clock.now();
      const values = changedValues(row, body);
      const status = body.status === row.status ? undefined : body.status;
      if (status) requireTransition(row.status, status);
      const columns = { ...values, ...(status && statusColumns(status, body, caller, now)) };
      const before = present(row);
      if (!changesBetween(before, present({ ...row, ...columns }))) {
        unchanged();
        return before;
      }
      const written = store.update(tx, row, { ...columns, updated_at: nextStamp(now, row) });
      const user = present(await written.catch(refuseTaken));
      const ended = status === "blocked" ? await endAccess(tx, row, "The user was blocked", caller, now) : undefined;
      emit(status ? statusEvent(row.status, status) : "user.updated", user, changesBetween(before, user), ended);
      return user;
    },

    /** The row, the name and the memberships stay for 30 days, and then go by a job; meanwhile it is no member and counts as none. */
    delete: async ({ tx, row, caller, deps, emit }) => {
      const now = deps.clock.now();
      const ended = await endAccess(tx, row, "The user was deleted", caller, now);
      const place = { issuerId: row.issuer_id, userId: row.id };
      const values = {
        ...statusColumns("deleted", {}, caller, now),
        status_before_deletion: row.status,
        updated_at: nextStamp(now, row),
      };
      const { counts } = await store.markDeleted(tx, row, values, countsOf(tx, belowUser(place)));
      emit("user.deleted", present(row), undefined, { counts: { ...counts, ...ended.counts } });
      const data = { accountId: tx.accountId, ...place, deletedAt: now };
      await tx.enqueue("users.purge", { data, at: purgeAt(now) });
    },

    block,
    unblock,
    suspend,
    reactivate,

    restore: async ({ tx, row, body, caller, deps, emit, unchanged }) => {
      const now = deps.clock.now();
      if (row.status !== "deleted") {
        unchanged();
        return present(row);
      }
      if (now - (row.status_at ?? 0) >= restorableMs) throw notFound();
      const user = present(
        await store.update(tx, row, {
          ...statusColumns(row.status_before_deletion ?? "active", body, caller, now),
          status_before_deletion: null,
          updated_at: nextStamp(now, row),
        }),
      );
      emit("user.reactivated", user, changesBetween(present(row), user));
      return user;
    },

    memberships: async ({ tx, row, page }) =>
      toPage(
        await store.memberships(tx, row, page),
        page,
        (member) => [member.created_at, member.org_id],
        (member) => ({ ...presentMember(member), org_name: member.org_name }),
      ),
  },
});

const taken = () => new Problem("conflict", "This username is taken.");
const refuseTaken = (error: unknown): never => {
  throw isUniqueViolation(error) ? taken() : error;
};

/** What the text is as a name of each type. */
const everyForm = (text: string): string[] =>
  (["email", "phone", "unique-name"] as const).flatMap((type) => normalizeUsername(type, text) ?? []);
