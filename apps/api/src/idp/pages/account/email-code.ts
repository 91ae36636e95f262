import { Type } from "typebox";
import { lockedProblem } from "../../../core/credential-locks/locks.ts";
import type { EmailChanged } from "../../../core/users/change-email.ts";
import { mailAddressOf } from "../../../core/users/find-by-identifier.ts";
import { requestVerification, verifyEmail } from "../../../core/users/verify-email.ts";
import type { Runtime } from "../../runtime.ts";
import { accountEmailVerify } from "../views/account-email-verify.ts";
import { accountPage, backTo, accountPath as base, changing, type Visit } from "./visit.ts";

export const codeForm = Type.Object({ code: Type.String({ maxLength: 64 }) });

/** Where the code is typed that confirms the address that the user has. */
export const emailConfirmPage = (runtime: Runtime) =>
  accountPage(runtime, {
    path: "/email/confirm",
    form: codeForm,
    get: (visit) => {
      const mail = mailAddressOf(visit.user);
      return mail && !mail.isProved ? showCode(visit, ask(visit, mail.address)) : visit.context.redirect(base);
    },
    post: async (visit, { code }) => {
      const mail = mailAddressOf(visit.user);
      if (!mail || mail.isProved) return visit.context.redirect(base);
      const { runtime, context, user, session } = visit;
      const given = { user, code, flow: session.id, source: context.request.ip, by: "session" as const };
      const done = await changing(visit, "email", (tx) => verifyEmail(tx, runtime.deps, given));
      if (done.outcome === "right") return backTo(visit, "profile", "saved");
      return showCode(visit, ask(visit, mail.address), { error: wrongCode(visit, done) });
    },
  });

export const emailConfirmSendPage = (runtime: Runtime) =>
  accountPage(runtime, {
    path: "/email/confirm/send",
    post: async (visit) => {
      const { runtime, context, user, session } = visit;
      const asking = { user, flow: session.id, source: context.request.ip, language: context.locale };
      const sent = await changing(visit, "email", (tx) => requestVerification(tx, runtime.deps, asking));
      return context.redirect(sent.outcome === "sent" ? `${base}/email/confirm?sent=again` : base);
    },
  });

interface Asked {
  email: string;
  action: string;
  resendAction: string;
}

const ask = ({ context }: Visit, email: string): Asked => ({
  ...{ email, action: context.to(`${base}/email/confirm`), resendAction: context.to(`${base}/email/confirm/send`) },
});

/** What the page says of a code that is not right. @throws {Problem} 429 where it is locked */
export const wrongCode = (
  { runtime, context }: Visit,
  done: Exclude<EmailChanged, { outcome: "right" | "taken" }>,
): string => {
  if (done.outcome === "locked") throw lockedProblem(done, runtime.deps.clock.now());
  return context.texts.errors.code;
};

export const showCode = ({ context, props }: Visit, asked: Asked, { error }: { error?: string } = {}) =>
  context.html(
    accountEmailVerify(context.texts, {
      ...props,
      ...asked,
      resent: error === undefined && context.query.sent === "again",
      ...(error && { errors: { code: error } }),
    }),
    error ? { status: 400 } : {},
  );
