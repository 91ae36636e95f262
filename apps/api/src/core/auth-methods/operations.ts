import { type AuthMethod, authMethods } from "@authpi/schema";
import { jsonb } from "../../db/expressions.ts";
import { defined } from "../../domain/defined.ts";
import { changesBetween } from "../../events/append.ts";
import { nextStamp } from "../../http/etag.ts";
import { invalidField } from "../../http/problem.ts";
import { room } from "../../http/room.ts";
import { raiseVersion } from "../issuers/version.ts";
import { present } from "./present.ts";
import { changedSettings } from "./settings.ts";
import * as store from "./store.ts";

export const authMethodRoom = room<typeof authMethods, store.AuthMethodRow>(authMethods, {
  load: ({ tx, params, lock }) => store.find(tx, params.issuer_id, params.auth_method_id, lock),
  operations: {
    list: async ({ tx, params }) => {
      const rows = await store.list(tx, params.issuer_id);
      return { data: rows.map(present), has_more: false, next_cursor: null };
    },

    create: async ({ tx, params, body, deps, emit }) => {
      const { issuer_id } = params;
      const { method, name, enabled } = body;
      const use = body.use ?? (secondFactors.has(method) ? "second_factor" : "both");
      requireOffered({ method, enabled, use });
      const now = deps.clock.now();
      const id = deps.ids.make("authMethod");
      const row = await store.insert(tx, {
        ...{ id, issuer_id, method, name, enabled, use },
        settings: jsonb(changedSettings(deps, { issuer_id, id, method, settings: {} }, body.settings ?? {})),
        position: body.position ?? store.nextPosition(tx, issuer_id),
        created_at: now,
        updated_at: now,
      });
      await raiseVersion(tx, issuer_id);
      const authMethod = present(row);
      emit("issuer.auth-method.created", authMethod);
      return authMethod;
    },

    get: ({ row }) => present(row),

    update: async ({ tx, row, body, deps, emit, unchanged }) => {
      const settings = body.settings ? changedSettings(deps, row, body.settings) : row.settings;
      const { name, enabled, use, position } = body;
      const values = defined({ name, enabled, use, position });
      const next = { ...row, ...values, settings };
      requireOffered(next);
      const before = present(row);
      // A new secret is a change that nobody is shown.
      const isSame = settings.client_secret === row.settings.client_secret;
      if (isSame && !changesBetween(before, present(next))) {
        unchanged();
        return before;
      }
      const updated_at = nextStamp(deps.clock.now(), row);
      const authMethod = present(await store.update(tx, row, { ...values, settings, updated_at }));
      await raiseVersion(tx, row.issuer_id);
      emit("issuer.auth-method.updated", authMethod, changesBetween(before, authMethod) ?? {});
      return authMethod;
    },

    delete: async ({ tx, row, emit }) => {
      await store.remove(tx, row);
      await raiseVersion(tx, row.issuer_id);
      emit("issuer.auth-method.deleted", present(row));
    },
  },
});

type Method = AuthMethod["method"];
const served: ReadonlySet<Method> = new Set(["password", "email-code", "email-link", "totp_app", "backup_codes"]);
const secondFactors: ReadonlySet<Method> = new Set(["totp_app", "backup_codes"]);

/** @throws {Problem} 400 where users would be offered what they cannot use. */
const requireOffered = ({ method, enabled, use }: Pick<AuthMethod, "method" | "enabled" | "use">): void => {
  if (enabled && !served.has(method)) {
    throw invalidField("enabled", `must be false: ${method} can be stored, and is not served yet`);
  }
  if (secondFactors.has(method) && use !== "second_factor") {
    throw invalidField("use", `must be second_factor for ${method}`);
  }
};
