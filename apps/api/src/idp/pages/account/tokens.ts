import { personalTokensMax, userTokens } from "@authpi/schema";
import { Type } from "typebox";
import { present as presentMember } from "../../../core/members/present.ts";
import { issueToken } from "../../../core/tokens/issue.ts";
import { present } from "../../../core/tokens/present.ts";
import { revokeOwnToken } from "../../../core/tokens/revoke.ts";
import * as store from "../../../core/tokens/store.ts";
import { requireUser } from "../../../core/users/required.ts";
import { memberships } from "../../../core/users/store.ts";
import { tell } from "../../../events/tell.ts";
import type { Runtime } from "../../runtime.ts";
import { accountTokenCreated } from "../views/account-token-created.ts";
import { accountTokenNew } from "../views/account-token-new.ts";
import { accountTokens } from "../views/account-tokens.ts";
import { accountPage, accountPath, backTo, changing, reading, type Visit } from "./visit.ts";

const SHOWN_MAX = 200;
const DAY = 86_400_000;
const lifetimesDays = [30, 7, 90, 180, 365];
const everything = "*:**";

/** The user's personal tokens, and their end. */
export const tokensPage = (runtime: Runtime) =>
  accountPage(runtime, {
    path: "/tokens",
    form: Type.Object({ intent: Type.Enum(["revoke"]), id: Type.String() }),
    get: async (visit) => {
      const { context, place, now, props } = visit;
      const page = { limit: SHOWN_MAX - 1, after: undefined };
      const rows = await reading(visit, (tx) => store.list(tx, place, {}, page, now));
      const tokens = rows.map(({ shown_status: status, ...row }) => ({
        ...{ id: row.id, name: row.name, scopes: row.scopes, status },
        ...{ createdAt: row.created_at, expiresAt: row.expires_at, lastUsedAt: row.last_used_at },
      }));
      const isFull = tokens.filter(({ status }) => status === "active").length >= personalTokensMax;
      const newUrl = isFull ? undefined : context.to(`${accountPath}/tokens/new`);
      return context.html(accountTokens(context.texts, { ...props, tokens, newUrl }));
    },
    post: async (visit, { id }) => {
      await changing(visit, "tokens", (tx) => revokeOwnToken(tx, runtime.deps, visit.place, id));
      return backTo(visit, "tokens", "token-revoked");
    },
  });

/** A new one: it outlives the session, so that who signed in a while ago does that again. */
export const newTokenPage = (runtime: Runtime) =>
  accountPage(runtime, {
    path: "/tokens/new",
    isSensitive: true,
    form: Type.Record(Type.String(), Type.String({ maxLength: 1000 })),
    get: (visit) => show(visit, { expires: String(lifetimesDays[0]) }),
    post: async (visit, form) => {
      const { context, place, now, props } = visit;
      const { errors: t } = context.texts;
      const name = form.name?.trim() ?? "";
      const days = lifetimesDays.find((one) => String(one) === form.expires);
      const errors = {
        ...(name === "" && { name: t.required }),
        ...(name.length > 200 && { name: t.tooLong }),
        ...(/\p{Cc}/u.test(name) && { name: t.invalid }),
        ...(days === undefined && { expires: t.invalid }),
      };
      if (days === undefined || Object.keys(errors).length > 0) return show(visit, form, errors);
      const scopes = (await choices(visit)).filter((scope) => form[`scope:${scope}`] === "yes");
      const { plain } = await changing(visit, "tokens", async (tx) => {
        // Behind the user's lock, so that two do not both see the last free place.
        await requireUser(tx, place, true);
        const body = { name, expires_at: now + days * DAY, restrictions: { scopes } };
        const issued = await issueToken(tx, runtime.deps, place, body);
        return { ...issued, events: [tell(tx, userTokens, "user.personal-token.created", present(issued.row))] };
      });
      return context.html(accountTokenCreated(context.texts, { ...props, name, token: plain }));
    },
  });

type Errors = Partial<Record<"name" | "expires", string>>;

const show = async (visit: Visit, form: Record<string, string>, errors?: Errors) => {
  const { context, props } = visit;
  const scopes = (await choices(visit)).map((name) => ({ name, checked: form[`scope:${name}`] === "yes" }));
  const values = { name: form.name, expires: form.expires };
  const view = accountTokenNew(context.texts, { ...props, scopes, lifetimesDays, values, errors });
  return context.html(view, errors ? { status: 400 } : {});
};

/** What the user may, themselves and as a member: a token has no more. */
const choices = async (visit: Visit): Promise<string[]> => {
  const { user } = visit;
  const rows = await reading(visit, (tx) => memberships(tx, user, { limit: SHOWN_MAX - 1, after: undefined }));
  const active = rows.filter(({ status }) => status === "active");
  const theirs = active.flatMap((row) => presentMember(row).effective_scopes.map(({ scope }) => scope));
  return [...new Set([everything, ...user.scopes, ...theirs])].slice(0, 100);
};
