import { Type } from "typebox";
import { preparedPassword } from "../../../core/user-verifiers/password.ts";
import { needsProof, requestSignUp, signUp, signUpRefusal } from "../../../core/users/sign-up.ts";
import { normalizeUsername } from "../../../domain/usernames.ts";
import { Problem } from "../../../http/problem.ts";
import { languageOf } from "../../../mail/language.ts";
import type { Runtime } from "../../runtime.ts";
import { countAttempt } from "../count-attempt.ts";
import { definePage } from "../page.ts";
import { minLengthOf, refusedPassword } from "../passwords.ts";
import type { Errors } from "../view.ts";
import { signUp as view } from "../views/sign-up.ts";
import { signUpClosed } from "../views/sign-up-closed.ts";
import { type Flow, flowOf, formActionsOf, methodsOf, type SigningUp, within } from "./flow.ts";
import { proceed, refuse } from "./proceed.ts";

type Field = "email" | "name" | "password";

/** Somebody makes an account of their own. */
export const signUpPage = (runtime: Runtime) =>
  definePage({
    path: "/ui/interaction/:uid/sign-up",
    inPopup: true,
    form: Type.Object({
      email: Type.String({ maxLength: 254 }),
      name: Type.Optional(Type.String({ maxLength: 200 })),
      password: Type.Optional(Type.String({ maxLength: 1024 })),
    }),
    get: async (context) => {
      const flow = await flowOf(runtime, context);
      return closed(flow) ?? show(flow, { email: flow.progress.identifier });
    },
    post: async ({ form, ...context }) => {
      const flow = await flowOf(runtime, context);
      const refused = closed(flow);
      if (refused) return refused;
      const { issuer, texts } = flow.context;
      const { deps } = runtime;
      await countAttempt(runtime, context);
      const values = { email: form.email.trim(), name: form.name?.trim() };
      const email = normalizeUsername("email", values.email);
      if (email === undefined) return show(flow, values, { email: texts.errors.email });
      if (signUpRefusal(issuer.settings, email) === "domain") return show(flow, values, { email: texts.errors.domain });
      const withPassword = await takesPassword(flow);
      const password = withPassword ? await prepared(runtime, form.password ?? "") : undefined;
      if (password instanceof Problem) return show(flow, values, { password: refusedPassword(flow.context, password) });
      if (password && password.length < minLengthOf(flow.context)) {
        return show(flow, values, { password: texts.errors.passwordShort(minLengthOf(flow.context)) });
      }
      const { links } = issuer;
      const accepted = links.terms_of_service !== null || links.privacy_policy !== null;
      const wanted: SigningUp = {
        email,
        ...(values.name && { name: values.name }),
        ...(password && { password }),
        ...(accepted && { accepted_at: deps.clock.now() }),
      };
      // Without a password the code is all that there is to show.
      if (!needsProof(issuer.settings) && password) return create(flow, wanted);
      return sendProof(flow, wanted);
    },
  });

/** Mails the code that proves the address, and goes on to where it is typed. */
export const sendProof = async (flow: Flow, wanted: SigningUp) => {
  const { context, runtime, interaction } = flow;
  const asking = {
    issuerId: context.issuer.id,
    address: wanted.email,
    flow: interaction.uid,
    source: context.request.ip,
  };
  const language = languageOf(context.locale);
  await within(flow, "sign-up", async (tx) => {
    await requestSignUp(tx, runtime.deps, { ...asking, language });
    return {};
  });
  const again = flow.progress.sign_up !== undefined;
  await flow.keep({ identifier: wanted.email, sign_up: wanted });
  return context.redirect(flow.path(again ? "verify?again=yes" : "verify"));
};

/** Makes the user, who then is signed in; or waits for approval, as whoever has an account already seems to. */
const create = async (flow: Flow, wanted: SigningUp) => {
  const { context, runtime } = flow;
  await flow.keep({ identifier: wanted.email });
  const made = await within(flow, "sign-up", (tx) => signUp(tx, runtime.deps, signUpOf(flow, wanted, false)));
  if (made.outcome === "created") return welcome(flow, made, wanted);
  if (context.issuer.settings.access.mode === "approval") return refuse(flow, { status: "pending_approval" });
  return show(flow, wanted, taken(context.texts.errors));
};

export const signUpOf = ({ context }: Flow, wanted: SigningUp, isProved: boolean) => ({
  issuerId: context.issuer.id,
  username_type: "email" as const,
  username: wanted.email,
  isProved,
  profile: { display_name: wanted.name ?? null, locale: context.locale },
  acceptedAt: wanted.accepted_at ?? null,
  password: wanted.password,
});

export const welcome = async (
  flow: Flow,
  { user }: Extract<Awaited<ReturnType<typeof signUp>>, { outcome: "created" }>,
  { password }: SigningUp,
) => {
  if (user.status !== "active") return refuse(flow, user);
  return proceed(flow, user, password ? { method: "password", amr: ["pwd"] } : { method: "email-code", amr: ["otp"] });
};

const taken = ({ emailTaken }: { emailTaken: string }): Errors<Field> => ({ email: emailTaken });

/** What is said where nobody, or not everybody, may sign up; undefined where it is open. */
const closed = (flow: Flow) => {
  const { context } = flow;
  const reason = signUpRefusal(context.issuer.settings, null);
  if (reason === undefined || reason === "domain") return undefined;
  return context.html(signUpClosed(context.texts, { reason, signInUrl: flow.at() }), { status: 403 });
};

const show = async (
  flow: Flow,
  values: { email?: string | undefined; name?: string | undefined },
  errors?: Errors<Field>,
) => {
  const { context, client } = flow;
  const { links } = context.issuer;
  const page = view(context.texts, {
    csrf: context.csrf,
    action: flow.at("sign-up"),
    client,
    values: { email: values.email, name: values.name },
    errors,
    password: (await takesPassword(flow)) ? { minLength: minLengthOf(flow.context) } : undefined,
    terms: { termsUrl: links.terms_of_service, privacyUrl: links.privacy_policy },
    signInUrl: flow.at("sign-in"),
  });
  return context.html(page, { formActions: formActionsOf(flow), ...(errors && { status: 400 }) });
};

/** Whether the issuer's way to sign up is a password; else the mailed code is enough. */
const takesPassword = async (flow: Flow): Promise<boolean> =>
  (await methodsOf(flow)).some(({ method, use }) => method === "password" && use !== "login");

const prepared = async ({ deps }: Runtime, password: string) => {
  try {
    return await preparedPassword(deps, password);
  } catch (cause) {
    if (cause instanceof Problem && cause.kind === "invalid") return cause;
    throw cause;
  }
};
