import { tokens, userTokens } from "@authpi/schema";
import { defined } from "../../domain/defined.ts";
import { changesBetween } from "../../events/append.ts";
import { toPage } from "../../http/cursor.ts";
import { nextStamp } from "../../http/etag.ts";
import { Problem } from "../../http/problem.ts";
import { room } from "../../http/room.ts";
import { statusColumns } from "../status.ts";
import { requireUser } from "../users/required.ts";
import { issueToken } from "./issue.ts";
import { present, presentItem } from "./present.ts";
import { revokeToken } from "./revoke.ts";
import * as store from "./store.ts";

export const tokenRoom = room<typeof tokens, store.TokenRow>(tokens, {
  load: ({ tx, params, lock, deps }) => store.find(tx, params.token_id, deps.clock.now(), lock),
  operations: {
    get: ({ row }) => present(row),

    update: async ({ tx, row, body, caller, deps, emit, unchanged }) => {
      const now = deps.clock.now();
      const status = body.status === row.status ? undefined : body.status;
      if (status && row.status === "revoked") throw stays();
      const columns = {
        ...defined({
          name: body.name,
          description: body.description,
          tags: body.tags === null ? [] : body.tags,
          scopes: body.restrictions?.scopes === null ? [] : body.restrictions?.scopes,
          ip_allowlist: body.restrictions?.ip_allowlist === null ? [] : body.restrictions?.ip_allowlist,
          metadata: body.metadata === null ? {} : body.metadata,
        }),
        ...(status && statusColumns(status, body, caller, now)),
      };
      const before = present(row);
      const changes = changesBetween(before, present({ ...row, ...columns }));
      if (!changes && !status) {
        unchanged();
        return before;
      }
      const token = present(await store.update(tx, row.id, { ...columns, updated_at: nextStamp(now, row) }, now));
      const type = status === "revoked" ? "user.personal-token.revoked" : "user.personal-token.updated";
      emit(type, token, changesBetween(before, token) ?? changes);
      return token;
    },

    delete: async ({ tx, row, emit }) => {
      await store.remove(tx, row.id);
      emit("user.personal-token.deleted", present(row));
    },

    revoke: async ({ tx, row, body, caller, deps, emit, unchanged }) => {
      if (row.status === "revoked") {
        unchanged();
        return present(row);
      }
      const now = deps.clock.now();
      const { token, previous } = await revokeToken(tx, row, statusColumns("revoked", body, caller, now), now);
      emit("user.personal-token.revoked", token, previous);
      return token;
    },
  },
});

export const userTokenRoom = room<typeof userTokens, store.TokenRow>(userTokens, {
  load: ({ tx, params, deps }) =>
    store.findOfUser(tx, params.issuer_id, params.user_id, params.token_id, deps.clock.now()),
  operations: {
    list: async ({ tx, params, query, page, deps }) => {
      await requireUser(tx, params, false);
      const rows = await store.list(tx, params, query, page, deps.clock.now());
      return toPage(rows, page, (row) => [row.id], presentItem);
    },

    /** Creations of one user come one after the other, behind the user's lock: so that two do not both see the last free place. */
    create: async ({ tx, params, body, deps, emit }) => {
      const user = await requireUser(tx, params, true);
      if (user.status !== "active") throw new Problem("conflict", `The user is ${user.status}, not active.`);
      const { row, plain } = await issueToken(tx, deps, params, body);
      const token = present(row);
      emit("user.personal-token.created", token);
      return { ...token, token_plain: plain };
    },

    get: ({ row }) => present(row),
  },
});

const stays = () => new Problem("conflict", "A revoked token stays revoked.");
