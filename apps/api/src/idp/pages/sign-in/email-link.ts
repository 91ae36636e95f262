import { peekLink } from "../../../core/one-time-codes/use.ts";
import { requestSignInLink, signInByLink } from "../../../core/users/sign-in.ts";
import { languageOf } from "../../../mail/language.ts";
import type { Runtime } from "../../runtime.ts";
import { countAttempt } from "../count-attempt.ts";
import { definePage, type PageContext } from "../page.ts";
import { emailLinkLanding } from "../views/email-link-landing.ts";
import { emailLinkSent } from "../views/email-link-sent.ts";
import { error } from "../views/error.ts";
import { linkInvalid } from "../views/link-invalid.ts";
import { type Flow, flowOf, formActionsOf, methodsOf, within } from "./flow.ts";
import { proceed, refuse } from "./proceed.ts";

/** Says that a link is on its way. */
export const linkPage = (runtime: Runtime) =>
  definePage({
    path: "/ui/interaction/:uid/link",
    inPopup: true,
    get: async (context) => {
      const flow = await flowOf(runtime, context);
      const { identifier } = flow.progress;
      if (identifier === undefined || !(await isServed(flow))) return context.redirect(flow.path());
      const view = emailLinkSent(flow.context.texts, {
        csrf: context.csrf,
        identifier,
        otherAccountUrl: flow.at(),
        resendAction: flow.at("link/send"),
        resent: context.query.again === "yes",
        methodsUrl: flow.at("methods"),
      });
      return flow.context.html(view, { formActions: formActionsOf(flow) });
    },
  });

/** Mails a link, or another one. */
export const linkSendPage = (runtime: Runtime) =>
  definePage({
    path: "/ui/interaction/:uid/link/send",
    inPopup: true,
    post: async (context) => sendLink(await flowOf(runtime, context)),
  });

/** Where the link of a mail leads: looking at it uses nothing, as programs look too. */
export const linkLandingPage = (runtime: Runtime) =>
  definePage({
    path: "/ui/interaction/:uid/link/:token",
    inPopup: true,
    get: async (context) => {
      const flow = await flowOf(runtime, context).catch(() => undefined);
      if (!flow) return elsewhere(context);
      const { issuer } = context;
      const link = { issuerId: issuer.id, purpose: "sign-in" as const, token: context.params.token ?? "" };
      const use = await runtime.database.transaction(issuer.accountId, (tx) => peekLink(tx, runtime.deps, link));
      if (use.outcome !== "right" || !(await isServed(flow))) return over(flow);
      // Whose link it is, which need not be whom this sign-in has named since.
      const { address: identifier } = use.proved;
      const view = emailLinkLanding(flow.context.texts, { csrf: context.csrf, issuer: issuer.name, identifier });
      return flow.context.html(view, { formActions: formActionsOf(flow) });
    },
    post: async (context) => {
      const flow = await flowOf(runtime, context);
      const { issuer, params } = context;
      await countAttempt(runtime, context);
      if (!(await isServed(flow))) return over(flow);
      const link = { issuerId: issuer.id, token: params.token ?? "" };
      const result = await within(flow, "sign-in.email-link", (tx) => signInByLink(tx, runtime.deps, link));
      if (result.outcome === "refused") return refuse(flow, result.user);
      if (result.outcome !== "right") return over(flow);
      return proceed(flow, result.user, { method: "email-link", amr: ["otp"] });
    },
  });

export const sendLink = async (flow: Flow) => {
  const { runtime, context, progress } = flow;
  const { identifier } = progress;
  if (identifier === undefined || !(await isServed(flow))) return context.redirect(flow.path());
  const { issuer, request, locale } = context;
  const asking = { issuerId: issuer.id, identifier, source: request.ip, language: languageOf(locale) };
  const linkOf = (token: string) => `${issuer.url}${flow.path(`link/${token}`)}`;
  await within(flow, "sign-in.email-link", (tx) => requestSignInLink(tx, runtime.deps, { ...asking, linkOf }));
  const sent = (progress.links_sent ?? 0) + 1;
  await flow.keep({ ...progress, links_sent: sent });
  return context.redirect(flow.path(sent > 1 ? "link?again=yes" : "link"));
};

const isServed = async (flow: Flow): Promise<boolean> =>
  (await methodsOf(flow)).some(({ method, use }) => method === "email-link" && use !== "signup");

const over = ({ context, at }: Flow) => context.html(linkInvalid(context.texts, { againUrl: at() }), { status: 400 });

/** Another browser than the one that asked: whoever is there must not be signed in, and nothing is used. */
const elsewhere = ({ texts, request, html }: PageContext) => {
  const { elsewhereTitle: title, elsewhereText: message } = texts.emailLink;
  return html(error(texts, { title, message, reference: request.id }), { status: 403 });
};
