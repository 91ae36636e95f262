import { Type } from "typebox";
import { peekLink } from "../../core/one-time-codes/use.ts";
import { preparedPassword } from "../../core/user-verifiers/password.ts";
import { resetPassword } from "../../core/user-verifiers/reset-password.ts";
import { Problem } from "../../http/problem.ts";
import { languageOf } from "../../mail/language.ts";
import { askerAt, type Runtime, record } from "../runtime.ts";
import { countAttempt } from "./count-attempt.ts";
import { definePage, type PageContext } from "./page.ts";
import { minLengthOf, refusedPassword } from "./passwords.ts";
import { linkInvalid } from "./views/link-invalid.ts";
import { newPassword } from "./views/new-password.ts";

/** Where the link of a reset leads, in any browser: the form is what uses it, as programs follow links too. */
export const newPasswordPage = (runtime: Runtime) =>
  definePage({
    path: "/ui/reset/:token",
    form: Type.Object({ password: Type.String({ maxLength: 1024 }) }),
    get: async (context) => {
      const address = await addressOf(runtime, context);
      return address === undefined ? over(context) : show(context, address);
    },
    post: async ({ form, ...context }) => {
      const { database, deps } = runtime;
      const { issuer, request, locale } = context;
      await countAttempt(runtime, context);
      // Only who holds a link makes the server hash.
      const address = await addressOf(runtime, context);
      if (address === undefined) return over(context);
      try {
        const password = await preparedPassword(deps, form.password);
        if (!password) return show(context, address, context.texts.errors.required);
        const reset = { issuerId: issuer.id, token: tokenOf(context), password, language: languageOf(locale) };
        const { outcome } = await database.transaction(issuer.accountId, async (tx) => {
          const result = await resetPassword(tx, deps, reset);
          const who = { type: "user" as const, ...(result.outcome === "right" && { user_id: result.user.id }) };
          await record(tx, runtime, askerAt(request), { trigger: "reset-password", who }, result.events);
          return result;
        });
        return outcome === "right" ? context.redirect("/ui/account") : over(context);
      } catch (cause) {
        if (!(cause instanceof Problem) || cause.kind !== "invalid") throw cause;
        return show(context, address, refusedPassword(context, cause));
      }
    },
  });

const tokenOf = ({ params }: PageContext): string => params.token ?? "";

/** Whose link it is; undefined where it is not good any more. */
const addressOf = async ({ database, deps }: Runtime, context: PageContext): Promise<string | undefined> => {
  const { issuer } = context;
  const link = { issuerId: issuer.id, purpose: "reset-password" as const, token: tokenOf(context) };
  const use = await database.transaction(issuer.accountId, (tx) => peekLink(tx, deps, link));
  return use.outcome === "right" ? use.proved.address : undefined;
};

const show = (context: PageContext, identifier: string, error?: string) => {
  const view = newPassword(context.texts, {
    csrf: context.csrf,
    identifier,
    minLength: minLengthOf(context),
    errors: { password: error },
  });
  return context.html(view, error === undefined ? {} : { status: 400 });
};

const over = ({ html, texts, to }: PageContext) =>
  html(linkInvalid(texts, { againUrl: to("/ui/account") }), { status: 400 });
