import { Type } from "typebox";
import { lockedProblem } from "../../../core/credential-locks/locks.ts";
import { changePassword } from "../../../core/user-verifiers/change-password.ts";
import { checkPassword, type PasswordOutcome } from "../../../core/user-verifiers/check-password.ts";
import { type PreparedPassword, preparedPassword } from "../../../core/user-verifiers/password.ts";
import type { Tx } from "../../../db/tx.ts";
import { Problem } from "../../../http/problem.ts";
import { askerAt, type Runtime, record } from "../../runtime.ts";
import { minLengthOf, refusedPassword } from "../passwords.ts";
import { accountPassword } from "../views/account-password.ts";
import { accountPage, backTo, changing, type Visit, whoOf } from "./visit.ts";

/** A password is set, or changed by who knows the one there is. */
export const passwordPage = (runtime: Runtime) =>
  accountPage(runtime, {
    path: "/password",
    isSensitive: true,
    form: Type.Object({
      current: Type.Optional(Type.String({ maxLength: 1024 })),
      password: Type.String({ maxLength: 1024 }),
    }),
    get: (visit) => show(visit),
    post: async (visit, { current = "", password }) => {
      const { errors: t } = visit.context.texts;
      const hasPassword = visit.user.security.password_set;
      if (hasPassword && !(await isCurrent(visit, current))) return show(visit, { current: t.currentPassword });
      if (hasPassword && current === password) return show(visit, { password: t.passwordSame });
      const refused = (error: unknown) => refusal(visit, error);
      const prepared = await preparedPassword(runtime.deps, password).catch(refused);
      if (typeof prepared === "string") return show(visit, { password: prepared });
      if (!prepared) return show(visit, { password: t.required });
      const wrong = await change(visit, prepared).catch(refused);
      if (wrong !== undefined) return show(visit, { password: wrong });
      return backTo(visit, "password", "password-changed");
    },
  });

type Errors = Partial<Record<"current" | "password", string>>;

const show = (visit: Visit, errors?: Errors) => {
  const { context, props, user } = visit;
  const view = accountPassword(context.texts, {
    ...props,
    hasPassword: user.security.password_set,
    minLength: minLengthOf(visit.context),
    errors,
  });
  return context.html(view, errors ? { status: 400 } : {});
};

const change = async (visit: Visit, password: PreparedPassword): Promise<undefined> => {
  const { runtime, user, session, context } = visit;
  const what = { password, sessionId: session.id, language: context.locale };
  await changing(visit, "password", (tx) => changePassword(tx, runtime.deps, user, what));
};

/** Guessing is counted as at the sign-in. */
const isCurrent = async (visit: Visit, current: string): Promise<boolean> => {
  const { runtime, context, user, now } = visit;
  const { database, deps } = runtime;
  const { issuer, request } = context;
  const given = { issuerId: issuer.id, identifier: user.username, source: request.ip };
  const settle = async (tx: Tx, result: PasswordOutcome) => {
    await record(tx, runtime, askerAt(request), whoOf(visit, "password"), result.events);
    return result;
  };
  const outcome = await checkPassword({ database, deps, accountId: issuer.accountId }, given, current, settle);
  if ("until" in outcome) throw lockedProblem(outcome, now);
  return outcome.outcome === "right" && outcome.user.id === user.id;
};

const refusal = (visit: Visit, error: unknown): string => {
  if (!(error instanceof Problem) || error.kind !== "invalid") throw error;
  return refusedPassword(visit.context, error);
};
