import { Type } from "typebox";
import { lockedProblem } from "../../../core/credential-locks/locks.ts";
import { requestSignInCode, signInByCode } from "../../../core/users/sign-in.ts";
import { languageOf } from "../../../mail/language.ts";
import type { Runtime } from "../../runtime.ts";
import { countAttempt } from "../count-attempt.ts";
import { definePage } from "../page.ts";
import { emailCode } from "../views/email-code.ts";
import { type Flow, flowOf, formActionsOf, methodsOf, within } from "./flow.ts";
import { proceed, refuse } from "./proceed.ts";

/** A code that was mailed to whoever was named. */
export const codePage = (runtime: Runtime) =>
  definePage({
    path: "/ui/interaction/:uid/code",
    inPopup: true,
    form: Type.Object({ code: Type.String({ maxLength: 64 }) }),
    get: async (context) => show(await flowOf(runtime, context)),
    post: async ({ form, ...context }) => {
      const flow = await flowOf(runtime, context);
      const { identifier } = flow.progress;
      if (identifier === undefined || !(await isServed(flow))) return context.redirect(flow.path());
      const { deps } = runtime;
      const { issuer, request } = context;
      await countAttempt(runtime, context);
      const given = { issuerId: issuer.id, identifier, source: request.ip };
      const typed = { ...given, flow: flow.interaction.uid, code: form.code };
      const result = await within(flow, "sign-in.email-code", (tx) => signInByCode(tx, deps, typed));
      if (result.outcome === "locked") throw lockedProblem(result, deps.clock.now());
      if (result.outcome === "refused") return refuse(flow, result.user);
      if (result.outcome !== "right") return show(flow, flow.context.texts.errors.code);
      return proceed(flow, result.user, { method: "email-code", amr: ["otp"] });
    },
  });

/** Mails a code, or another one. */
export const codeSendPage = (runtime: Runtime) =>
  definePage({
    path: "/ui/interaction/:uid/code/send",
    inPopup: true,
    post: async (context) => sendCode(await flowOf(runtime, context)),
  });

export const sendCode = async (flow: Flow) => {
  const { runtime, context, progress } = flow;
  const { identifier } = progress;
  if (identifier === undefined || !(await isServed(flow))) return context.redirect(flow.path());
  const asking = { issuerId: context.issuer.id, identifier, source: context.request.ip };
  await within(flow, "sign-in.email-code", async (tx) => {
    const language = languageOf(context.locale);
    await requestSignInCode(tx, runtime.deps, { ...asking, language, flow: flow.interaction.uid });
    return {};
  });
  const sent = (progress.codes_sent ?? 0) + 1;
  await flow.keep({ ...progress, codes_sent: sent });
  return context.redirect(flow.path(sent > 1 ? "code?again=yes" : "code"));
};

const isServed = async (flow: Flow): Promise<boolean> =>
  (await methodsOf(flow)).some(({ method, use }) => method === "email-code" && use !== "signup");

const show = async (flow: Flow, error?: string) => {
  const { context, progress } = flow;
  const { identifier } = progress;
  if (identifier === undefined || !(await isServed(flow))) return context.redirect(flow.path());
  const view = emailCode(context.texts, {
    csrf: context.csrf,
    identifier,
    otherAccountUrl: flow.at(),
    action: flow.at("code"),
    resendAction: flow.at("code/send"),
    resent: error === undefined && context.query.again === "yes",
    methodsUrl: flow.at("methods"),
    errors: { code: error },
  });
  return context.html(view, { formActions: formActionsOf(flow), ...(error && { status: 400 }) });
};
