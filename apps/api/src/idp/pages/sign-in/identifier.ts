import { Type } from "typebox";
import type { Runtime } from "../../runtime.ts";
import { definePage } from "../page.ts";
import { signIn as view } from "../views/sign-in.ts";
import { type Flow, flowOf, formActionsOf, methodsOf } from "./flow.ts";
import { pageOfPrompt } from "./prompts.ts";

const identifierForm = Type.Object({ identifier: Type.String({ maxLength: 254 }) });

/** The first page of every interaction: who somebody is. What is not about signing in goes on to its own page. */
export const identifierPage = (runtime: Runtime) =>
  definePage({
    path: "/ui/interaction/:uid",
    inPopup: true,
    form: identifierForm,
    get: async (context) => {
      const flow = await flowOf(runtime, context);
      const page = pageOfPrompt(flow);
      if (page) return context.redirect(flow.path(page));
      return showIdentifier(flow, String(flow.interaction.params.login_hint ?? "").slice(0, 254));
    },
    post: async ({ form, ...context }) => takeIdentifier(await flowOf(runtime, context), form.identifier),
  });

export const showIdentifier = async (flow: Flow, identifier: string, error?: string) => {
  const { context, client } = flow;
  const { portals, access } = context.issuer.settings;
  const isOpen = portals.signup.enabled && access.mode !== "invite_only";
  return context.html(
    view(context.texts, {
      csrf: context.csrf,
      client,
      usernames: true,
      values: { identifier },
      errors: { identifier: error },
      signUpUrl: isOpen ? flow.at("sign-up") : undefined,
      cancelUrl: client && flow.at("cancel"),
    }),
    { formActions: formActionsOf(flow), ...(error && { status: 400 }) },
  );
};

/** The same for who came to sign up, or to choose an account, and has one. */
export const signInPage = (runtime: Runtime) =>
  definePage({
    path: "/ui/interaction/:uid/sign-in",
    inPopup: true,
    form: identifierForm,
    get: async (context) => showIdentifier(await flowOf(runtime, context), ""),
    post: async ({ form, ...context }) => takeIdentifier(await flowOf(runtime, context), form.identifier),
  });

const takeIdentifier = async (flow: Flow, given: string) => {
  const identifier = given.trim();
  if (identifier === "") return showIdentifier(flow, "", flow.context.texts.errors.required);
  await flow.keep({ identifier });
  return flow.context.redirect(flow.path(await firstPage(flow)));
};

/** The page of the one method that there is, or of the first; it leads to the others. */
export const firstPage = async (flow: Flow): Promise<string> => {
  const [first] = (await methodsOf(flow)).filter(({ use }) => use !== "signup");
  if (first?.method === "password") return "password";
  return first ? "methods" : "none";
};
