import { Type } from "typebox";
import { lockedProblem } from "../../../core/credential-locks/locks.ts";
import { checkPassword } from "../../../core/user-verifiers/check-password.ts";
import type { Runtime } from "../../runtime.ts";
import { countAttempt } from "../count-attempt.ts";
import { definePage, type PageContext } from "../page.ts";
import { password as view } from "../views/password.ts";
import { type Flow, flowOf, formActionsOf, methodsOf, told } from "./flow.ts";
import { proceed, refuse } from "./proceed.ts";

/** The password of whoever was named. */
export const passwordPage = (runtime: Runtime) =>
  definePage({
    path: "/ui/interaction/:uid/password",
    inPopup: true,
    form: Type.Object({ password: Type.String({ maxLength: 1024 }) }),
    get: async (context) => show(await flowOf(runtime, context)),
    // All of it in its turn: what two hundred sign-ins read and write at once would hold up everybody else.
    post: ({ form, ...context }) => runtime.deps.passwords.turn(() => check(runtime, context, form.password)),
  });

const check = async (runtime: Runtime, context: PageContext, password: string) => {
  const flow = await flowOf(runtime, context);
  const { identifier } = flow.progress;
  if (identifier === undefined) return context.redirect(flow.path());
  if (!(await methodsOf(flow)).some(({ method, use }) => method === "password" && use !== "signup")) {
    return context.redirect(flow.path());
  }
  const { issuer, request } = context;
  const { database, deps } = runtime;
  await countAttempt(runtime, context);
  const place = { database, deps, accountId: issuer.accountId };
  const given = { issuerId: issuer.id, identifier, source: request.ip };
  const outcome = await checkPassword(place, given, password, (tx, result) =>
    told(flow, "sign-in.password", tx, result),
  );
  if ("until" in outcome) throw lockedProblem(outcome, deps.clock.now());
  if (outcome.outcome === "wrong") return show(flow, flow.context.texts.errors.signIn);
  if (outcome.outcome === "refused") return refuse(flow, outcome.user);
  return proceed(flow, outcome.user, { method: "password", amr: ["pwd"] });
};

const show = async (flow: Flow, error?: string) => {
  const { context, progress } = flow;
  const { identifier } = progress;
  if (identifier === undefined) return context.redirect(flow.path());
  const methods = (await methodsOf(flow)).filter(({ use }) => use !== "signup").map(({ method }) => method);
  return context.html(
    view(context.texts, {
      csrf: context.csrf,
      identifier,
      otherAccountUrl: flow.at(),
      forgotUrl: flow.at("reset"),
      emailCodeAction: methods.includes("email-code") ? flow.at("code/send") : undefined,
      emailLinkAction: methods.includes("email-link") ? flow.at("link/send") : undefined,
      errors: { password: error },
    }),
    { formActions: formActionsOf(flow), ...(error && { status: 400 }) },
  );
};
