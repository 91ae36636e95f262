import { Type } from "typebox";
import { flowMacOf } from "../../../core/one-time-codes/issue.ts";
import { pendingOf } from "../../../core/one-time-codes/store.ts";
import { confirmEmailChange, requestEmailChange } from "../../../core/users/change-email.ts";
import { mailAddressOf } from "../../../core/users/find-by-identifier.ts";
import { normalizeUsername } from "../../../domain/usernames.ts";
import type { Runtime } from "../../runtime.ts";
import { accountEmail } from "../views/account-email.ts";
import { codeForm, showCode, wrongCode } from "./email-code.ts";
import { accountPage, backTo, accountPath as base, changing, type Visit } from "./visit.ts";

/** Where the user says which address they want to have. */
export const emailPage = (runtime: Runtime) =>
  accountPage(runtime, {
    path: "/email",
    isSensitive: true,
    form: Type.Object({ email: Type.String({ maxLength: 1000 }) }),
    get: (visit) => show(visit),
    post: async (visit, { email }) => {
      const { errors } = visit.context.texts;
      const typed = email.trim();
      const address = normalizeUsername("email", typed);
      const mail = mailAddressOf(visit.user);
      if (typed === "") return show(visit, typed, errors.required);
      if (address === undefined) return show(visit, typed, errors.email);
      if (mail?.isProved && mail.address === address) return show(visit, typed, errors.emailTaken);
      await changing(visit, "email", (tx) => requestEmailChange(tx, visit.runtime.deps, changeTo(visit, address)));
      return visit.context.redirect(`${base}/email/verify`);
    },
  });

/** Where the code that was sent there is typed: it is good in this session alone, and for a few minutes. */
export const emailVerifyPage = (runtime: Runtime) =>
  accountPage(runtime, {
    path: "/email/verify",
    form: codeForm,
    get: async (visit) => {
      const address = await pendingAddress(visit);
      return address ? showCode(visit, ask(visit, address)) : visit.context.redirect(`${base}/email`);
    },
    post: async (visit, { code }) => {
      const address = await pendingAddress(visit);
      if (!address) return visit.context.redirect(`${base}/email`);
      const { deps } = visit.runtime;
      const done = await changing(visit, "email", (tx) =>
        confirmEmailChange(tx, deps, { ...changeTo(visit, address), code }),
      );
      if (done.outcome === "right") return backTo(visit, "profile", "saved");
      if (done.outcome === "taken") return show(visit, address, visit.context.texts.errors.emailTaken);
      return showCode(visit, ask(visit, address), { error: wrongCode(visit, done) });
    },
  });

export const emailResendPage = (runtime: Runtime) =>
  accountPage(runtime, {
    path: "/email/verify/send",
    isSensitive: true,
    post: async (visit) => {
      const address = await pendingAddress(visit);
      if (!address) return visit.context.redirect(`${base}/email`);
      await changing(visit, "email", (tx) => requestEmailChange(tx, visit.runtime.deps, changeTo(visit, address)));
      return visit.context.redirect(`${base}/email/verify?sent=again`);
    },
  });

const changeTo = ({ user, session, context }: Visit, address: string) => ({
  ...{ user, address, flow: session.id, source: context.request.ip, language: context.locale },
});

const ask = ({ context }: Visit, email: string) => ({
  ...{ email, action: context.to(`${base}/email/verify`), resendAction: context.to(`${base}/email/verify/send`) },
});

/** The address that a code was sent to in this session. */
const pendingAddress = async ({ runtime, context, session, place }: Visit): Promise<string | undefined> => {
  const { deps, database } = runtime;
  const flowMac = flowMacOf(deps, place.issuer_id, session.id);
  const row = await database.transaction(context.issuer.accountId, (tx) =>
    pendingOf(tx, { ...place, purpose: "change-email" }, flowMac, deps.clock.now()),
  );
  return row?.address;
};

const show = ({ context, props, user }: Visit, email?: string, error?: string) =>
  context.html(
    accountEmail(context.texts, {
      ...props,
      action: context.to(`${base}/email`),
      current: mailAddressOf(user)?.address ?? null,
      // Who they are was shown a short while ago.
      needsPassword: false,
      values: { email },
      ...(error && { errors: { email: error } }),
    }),
    error ? { status: 400 } : {},
  );
