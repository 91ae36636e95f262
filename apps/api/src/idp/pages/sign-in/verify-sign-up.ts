import { Type } from "typebox";

import { clearWrong, countWrong, lockedProblem } from "../../../core/credential-locks/locks.ts";
import { proveSignUpAddress, signUp } from "../../../core/users/sign-up.ts";
import type { Runtime } from "../../runtime.ts";
import { definePage } from "../page.ts";
import { verifyEmail } from "../views/verify-email.ts";
import { type Flow, flowOf, formActionsOf, within } from "./flow.ts";
import { sendProof, signUpOf, welcome } from "./sign-up.ts";

/** The code that was mailed to an address that wants to sign up. */
export const verifySignUpPage = (runtime: Runtime) =>
  definePage({
    path: "/ui/interaction/:uid/verify",
    inPopup: true,
    form: Type.Object({ code: Type.String({ maxLength: 64 }) }),
    get: async (context) => show(await flowOf(runtime, context)),
    post: async ({ form, ...context }) => {
      const flow = await flowOf(runtime, context);
      const wanted = flow.progress.sign_up;
      if (!wanted) return context.redirect(flow.path("sign-up"));
      const { deps } = runtime;
      const { issuer, request } = context;
      const guarded = { issuerId: issuer.id, kind: "code" as const, identifier: wanted.email, source: request.ip };
      const typed = { issuerId: issuer.id, address: wanted.email, flow: flow.interaction.uid, code: form.code };
      // The code is used, and the user made, in one transaction.
      const result = await within(flow, "sign-up", async (tx) => {
        const locked = await countWrong(tx, deps, guarded);
        if (locked) return { outcome: "locked" as const, ...locked };
        const outcome = await proveSignUpAddress(tx, deps, typed);
        if (outcome !== "right") return { outcome };
        await clearWrong(tx, deps, guarded);
        return signUp(tx, deps, signUpOf(flow, wanted, true));
      });
      if (result.outcome === "locked") throw lockedProblem(result, deps.clock.now());
      return result.outcome === "created" ? welcome(flow, result, wanted) : show(flow, flow.context.texts.errors.code);
    },
  });

/** Mails another one. */
export const verifySendPage = (runtime: Runtime) =>
  definePage({
    path: "/ui/interaction/:uid/verify/send",
    inPopup: true,
    post: async (context) => {
      const flow = await flowOf(runtime, context);
      const wanted = flow.progress.sign_up;
      return wanted ? sendProof(flow, wanted) : context.redirect(flow.path("sign-up"));
    },
  });

const show = (flow: Flow, error?: string) => {
  const { context, progress } = flow;
  if (!progress.sign_up) return context.redirect(flow.path("sign-up"));
  const view = verifyEmail(context.texts, {
    csrf: context.csrf,
    action: flow.at("verify"),
    email: progress.sign_up.email,
    resendAction: flow.at("verify/send"),
    resent: error === undefined && context.query.again === "yes",
    changeUrl: flow.at("sign-up"),
    errors: { code: error },
  });
  return context.html(view, { formActions: formActionsOf(flow), ...(error && { status: 400 }) });
};
