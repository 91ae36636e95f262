import { Type } from "typebox";
import { requestPasswordReset } from "../../../core/user-verifiers/reset-password.ts";
import { normalizeUsername } from "../../../domain/usernames.ts";
import { languageOf } from "../../../mail/language.ts";
import type { Runtime } from "../../runtime.ts";
import { definePage } from "../page.ts";
import { resetRequest } from "../views/reset-request.ts";
import { resetSent } from "../views/reset-sent.ts";
import { type Flow, flowOf, formActionsOf, within } from "./flow.ts";

/** Asks for a link with which a new password is set. */
export const resetPage = (runtime: Runtime) =>
  definePage({
    path: "/ui/interaction/:uid/reset",
    inPopup: true,
    form: Type.Object({ email: Type.String({ maxLength: 254 }) }),
    get: async (context) => {
      const flow = await flowOf(runtime, context);
      const { identifier = "" } = flow.progress;
      return show(flow, normalizeUsername("email", identifier) ? identifier : "");
    },
    post: async ({ form, ...given }) => {
      const flow = await flowOf(runtime, given);
      const { texts, issuer, request, locale, html } = flow.context;
      const email = form.email.trim();
      if (!normalizeUsername("email", email)) return show(flow, email, texts.errors.email);
      const asking = { issuerId: issuer.id, identifier: email, source: request.ip, language: languageOf(locale) };
      const linkOf = (token: string) => `${issuer.url}/ui/reset/${token}`;
      await within(flow, "reset-password", (tx) => requestPasswordReset(tx, runtime.deps, { ...asking, linkOf }));
      return html(resetSent(texts, { email, signInUrl: flow.at() }));
    },
  });

const show = (flow: Flow, email: string, error?: string) => {
  const { context } = flow;
  const view = resetRequest(context.texts, {
    csrf: context.csrf,
    signInUrl: flow.at(),
    values: { email },
    errors: { email: error },
  });
  return context.html(view, { formActions: formActionsOf(flow), ...(error && { status: 400 }) });
};
