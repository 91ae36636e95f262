import { userVerifiers } from "@authpi/schema";
import { Type } from "typebox";
import * as verifiers from "../../../core/user-verifiers/store.ts";
import { createdType, enroll, finishEnrollment, openEnrollment } from "../../../core/user-verifiers/totp.ts";
import { find as findUser, type UserRow } from "../../../core/users/store.ts";
import { tell } from "../../../events/tell.ts";
import { notFound } from "../../../http/problem.ts";
import type { Runtime } from "../../runtime.ts";
import { definePage } from "../page.ts";
import { backupCodes } from "../views/backup-codes.ts";
import { enrolTotp } from "../views/enrol-totp.ts";
import { type Flow, flowOf, formActionsOf, within } from "./flow.ts";
import { halfway, nextFactor, signInByTwo } from "./second-factor.ts";

/** Who has no second factor where one is required sets one up, in the middle of the sign-in. */
export const enrolTotpPage = (runtime: Runtime) =>
  definePage({
    path: "/ui/interaction/:uid/enrol-totp",
    inPopup: true,
    form: Type.Object({ code: Type.String({ maxLength: 16 }), enrollment_id: Type.String({ maxLength: 64 }) }),
    get: async (context) => {
      const flow = await flowOf(runtime, context);
      const half = await halfway(flow);
      if (!half) return context.redirect(flow.path());
      if (flow.progress.enrolled) return signInByTwo(flow, half);
      const next = await nextFactor(flow, half.user);
      return next === "enrol-totp" ? show(flow, half.user) : context.redirect(flow.path(next));
    },
    post: async ({ form, ...context }) => {
      const flow = await flowOf(runtime, context);
      const half = await halfway(flow);
      if (!half) return context.redirect(flow.path());
      if (flow.progress.enrolled) return context.redirect(flow.path("backup-codes"));
      const next = await nextFactor(flow, half.user);
      // Who has one shows that one: a password alone gives nobody another.
      if (next !== "enrol-totp") return context.redirect(flow.path(next));
      const place = { issuer_id: context.issuer.id, user_id: half.user.id };
      const done = await within(flow, "sign-in.enrol", async (tx) => {
        await verifiers.findUser(tx, place, true);
        // A statement of its own, behind the user's lock.
        const user = await findUser(tx, place.issuer_id, place.user_id, { lock: false });
        if (!user || user.security.totp_enrolled) return { result: undefined, events: [] };
        const finished = await finishEnrollment({ tx, deps: runtime.deps }, place, form);
        const made = finished.verifiers.map((verifier) => tell(tx, userVerifiers, createdType(verifier), verifier));
        return { result: finished.result, events: made };
      });
      if (!done.result) return context.redirect(flow.path());
      if (!done.result.success) return show(flow, half.user, context.texts.errors.code);
      const { backup_codes } = done.result;
      if (!backup_codes) return signInByTwo(flow, half);
      await flow.keep({ ...flow.progress, enrolled: true, shown_at: runtime.deps.clock.now() });
      // Not behind a redirect: they are nowhere but in this answer.
      const goOnBy = { csrf: context.csrf, action: flow.at("backup-codes") };
      return flow.context.html(backupCodes(flow.context.texts, { codes: backup_codes, next: goOnBy }), {
        formActions: formActionsOf(flow),
      });
    },
  });

/** On, once the backup codes were seen. */
export const backupCodesPage = (runtime: Runtime) =>
  definePage({
    path: "/ui/interaction/:uid/backup-codes",
    inPopup: true,
    get: async (context) => goOn(await flowOf(runtime, context)),
    post: async ({ form: _, ...context }) => goOn(await flowOf(runtime, context)),
  });

const goOn = async (flow: Flow) => {
  const half = await halfway(flow);
  if (!half || !flow.progress.enrolled) return flow.context.redirect(flow.path());
  return signInByTwo(flow, half);
};

const show = async (flow: Flow, user: UserRow, error?: string) => {
  const { runtime, context, progress } = flow;
  const { deps, database } = runtime;
  const place = { issuer_id: context.issuer.id, user_id: user.id };
  const begun = await database.transaction(context.issuer.accountId, async (tx) => {
    const row = await verifiers.findUser(tx, place, true);
    if (!row) throw notFound();
    const { enrollment_id } = progress;
    const same = enrollment_id === undefined ? undefined : await openEnrollment({ tx, deps }, row, enrollment_id);
    return same ?? enroll({ tx, deps }, row);
  });
  if (begun.enrollment_id !== progress.enrollment_id) {
    await flow.keep({ ...progress, enrollment_id: begun.enrollment_id });
  }
  return context.html(
    enrolTotp(context.texts, {
      csrf: context.csrf,
      issuer: context.issuer.name,
      identifier: user.username,
      uri: begun.provisioning_uri,
      secret: begun.secret,
      enrollmentId: begun.enrollment_id,
      required: true,
      errors: { code: error },
    }),
    { formActions: formActionsOf(flow), ...(error && { status: 400 }) },
  );
};
