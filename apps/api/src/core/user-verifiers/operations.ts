import { userVerifiers } from "@authpi/schema";
import { defined } from "../../domain/defined.ts";
import { changesBetween } from "../../events/append.ts";
import { nextStamp } from "../../http/etag.ts";
import { invalidField, notFound, Problem } from "../../http/problem.ts";
import { prepared, room } from "../../http/room.ts";
import { create } from "./create.ts";
import { preparedPassword, requireLength } from "./password.ts";
import { present } from "./present.ts";
import { regenerateCodes } from "./regenerate.ts";
import * as store from "./store.ts";
import { completeEnrollment } from "./totp.ts";
import { verify } from "./verify.ts";

export const userVerifierRoom = room<typeof userVerifiers, store.VerifierRow>(userVerifiers, {
  load: ({ tx, params, lock }) => store.find(tx, params, params.verifier_id, lock),
  operations: {
    list: async ({ tx, params, deps }) => {
      const rows = await store.list(tx, params);
      if (rows.length === 0 && !(await store.findUser(tx, params, false))) throw notFound();
      const now = deps.clock.now();
      return { data: rows.map((row) => present(row, now)), has_more: false, next_cursor: null };
    },

    create,
    completeEnrollment,

    get: ({ row, deps }) => present(row, deps.clock.now()),

    update: prepared(
      ({ body, deps }) => preparedPassword(deps, body.password),
      async ({ tx, row, body, deps, emit, unchanged, prepared: password }) => {
        if (password && row.type !== "password") throw invalidField("password", `is not taken by ${row.type}`);
        if (password) await requireLength(tx, row.issuer_id, password);
        const now = deps.clock.now();
        const before = present(row, now);
        const values = defined({ name: body.name, password_hash: password?.hash });
        // A new password is a change that nobody is shown.
        if (!password && !changesBetween(before, present({ ...row, ...values }, now))) {
          unchanged();
          return before;
        }
        const written = await store.update(tx, row, { ...values, updated_at: nextStamp(now, row) });
        const verifier = present(written, now);
        const changes = changesBetween(before, verifier) ?? {};
        emit(password ? "user.password.changed" : "user.verifier.updated", verifier, changes);
        return verifier;
      },
    ),

    delete: async ({ tx, row, deps, emit }) => {
      await store.remove(tx, row);
      const isFactor = row.type === "totp" || row.type === "webauthn";
      const verifier = present(row, deps.clock.now());
      emit(isFactor ? "user.mfa.factor-deleted" : "user.verifier.deleted", verifier);
    },

    regenerate: async ({ tx, row, deps, emit }) => {
      if (row.type !== "backup_codes") {
        throw new Problem("conflict", `A verifier of type ${row.type} has no codes to replace.`);
      }
      const { codes, verifier } = await regenerateCodes(tx, deps, row);
      emit("user.mfa.backup-codes.regenerated", verifier);
      return { codes };
    },

    verify,
  },
});
