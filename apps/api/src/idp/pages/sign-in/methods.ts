import { Type } from "typebox";
import type { SignInMethod } from "../../../core/auth-methods/enabled.ts";
import type { Runtime } from "../../runtime.ts";
import { definePage } from "../page.ts";
import { chooseMethod } from "../views/choose-method.ts";
import { error } from "../views/error.ts";
import { sendCode } from "./email-code.ts";
import { sendLink } from "./email-link.ts";
import { type Flow, flowOf, formActionsOf, methodsOf } from "./flow.ts";

const kinds = ["password", "email-code", "email-link"] as const;
type Kind = (typeof kinds)[number];
type Choice = Pick<SignInMethod, "id" | "name"> & { kind: Kind };

/** The choice among what the issuer has switched on, in its order. */
export const methodsPage = (runtime: Runtime) =>
  definePage({
    path: "/ui/interaction/:uid/methods",
    inPopup: true,
    form: Type.Object({ method: Type.String({ maxLength: 100 }) }),
    get: async (context) => {
      const flow = await flowOf(runtime, context);
      const { identifier } = flow.progress;
      if (identifier === undefined) return context.redirect(flow.path());
      const methods = await choicesOf(flow);
      if (methods.length === 0) return context.redirect(flow.path("none"));
      const view = chooseMethod(flow.context.texts, {
        csrf: context.csrf,
        identifier,
        otherAccountUrl: flow.at(),
        methods,
      });
      return flow.context.html(view, { formActions: formActionsOf(flow) });
    },
    post: async ({ form, ...context }) => {
      const flow = await flowOf(runtime, context);
      if (flow.progress.identifier === undefined) return context.redirect(flow.path());
      const chosen = (await choicesOf(flow)).find(({ id }) => id === form.method);
      if (chosen?.kind === "email-code") return sendCode(flow);
      if (chosen?.kind === "email-link") return sendLink(flow);
      return context.redirect(flow.path(chosen ? "password" : "methods"));
    },
  });

/** Where there is no way to sign in, whoever runs the issuer has to switch one on. */
export const nonePage = (runtime: Runtime) =>
  definePage({
    path: "/ui/interaction/:uid/none",
    inPopup: true,
    get: async (context) => {
      const flow = await flowOf(runtime, context);
      if ((await choicesOf(flow)).length > 0) return context.redirect(flow.path());
      const { texts, request } = flow.context;
      const { none: title, noneText: message } = texts.method;
      return flow.context.html(error(texts, { title, message, reference: request.id }), { status: 403 });
    },
  });

const choicesOf = async (flow: Flow): Promise<Choice[]> =>
  (await methodsOf(flow)).flatMap(({ id, name, method, use }) => {
    const kind = kinds.find((one) => one === method);
    return kind && use !== "signup" ? [{ id, name, kind }] : [];
  });
