import { userVerifiers } from "@authpi/schema";
import { Type } from "typebox";
import * as store from "../../../core/user-verifiers/store.ts";
import { createdType, enroll, finishEnrollment, openEnrollment } from "../../../core/user-verifiers/totp.ts";
import { tell } from "../../../events/tell.ts";
import { notFound } from "../../../http/problem.ts";
import type { Runtime } from "../../runtime.ts";
import { accountSecondFactorAdd } from "../views/account-second-factor-add.ts";
import { showCodes } from "./second-factor.ts";
import { accountPage, backTo, changing, type Visit } from "./visit.ts";

/** A new authenticator app, from the picture to its first code. */
export const secondFactorAddPage = (runtime: Runtime) =>
  accountPage(runtime, {
    path: "/second-factor/add",
    isSensitive: true,
    form: Type.Object({ code: Type.String({ maxLength: 64 }), enrollment_id: Type.String({ maxLength: 64 }) }),
    get: (visit) => show(visit),
    post: async (visit, form) => {
      const { place, runtime } = visit;
      const { result } = await changing(visit, "second-factor", async (tx) => {
        if (!(await store.findUser(tx, place, true))) throw notFound();
        const finished = await finishEnrollment({ tx, deps: runtime.deps }, place, form);
        const events = finished.verifiers.map((verifier) => tell(tx, userVerifiers, createdType(verifier), verifier));
        return { result: finished.result, events };
      });
      if (!result.success) return show(visit, form.enrollment_id);
      if (result.backup_codes) return showCodes(visit, result.backup_codes);
      return backTo(visit, "secondFactor", "factor-added");
    },
  });

/** With the enrollment whose code was wrong, for as long as it lasts; else with a new one. */
const show = async ({ runtime, context, props, place, user }: Visit, wrongId?: string) => {
  const { deps, database } = runtime;
  const begun = await database.transaction(context.issuer.accountId, async (tx) => {
    const row = await store.findUser(tx, place, true);
    if (!row) throw notFound();
    const same = wrongId === undefined ? undefined : await openEnrollment({ tx, deps }, row, wrongId);
    return same ?? enroll({ tx, deps }, row);
  });
  const view = accountSecondFactorAdd(context.texts, {
    ...props,
    identifier: user.username,
    uri: begun.provisioning_uri,
    secret: begun.secret,
    enrollmentId: begun.enrollment_id,
    ...(wrongId !== undefined && { errors: { code: context.texts.errors.code } }),
  });
  return context.html(view, wrongId === undefined ? {} : { status: 400 });
};
