import type { Client, Interaction } from "oidc-provider";
import { enabledMethods, type SignInMethod } from "../../../core/auth-methods/enabled.ts";
import type { PreparedPassword } from "../../../core/user-verifiers/password.ts";
import { find as findUser, type UserRow } from "../../../core/users/store.ts";
import type { Tx } from "../../../db/tx.ts";
import type { NewEvent } from "../../../events/append.ts";
import { Problem } from "../../../http/problem.ts";
import { finish, finishLogin, interactionOf, type Login } from "../../interaction.ts";
import { portalClientId } from "../../portal-client.ts";
import { askerAt, type Runtime, record } from "../../runtime.ts";
import type { PageContext } from "../page.ts";

/** How far a sign-in has come; it is kept with the provider's interaction, and gone with it. */
export interface Progress {
  /** As it was typed. */
  identifier?: string;
  /** Who has shown to be who they say, by the first factor; and by what. */
  user_id?: string;
  method?: string;
  amr?: string[];
  /** When that was, in Unix milliseconds. */
  shown_at?: number;
  /** The authenticator app that is being set up. */
  enrollment_id?: string;
  /** It was set up, and its first code was right: the second factor is shown. */
  enrolled?: true;
  /** Who wants to have an account, until the code that was mailed to them is typed; of the password the hash alone. */
  sign_up?: SigningUp;
  /** How many mails were asked for here. */
  codes_sent?: number;
  links_sent?: number;
}

export interface SigningUp {
  email: string;
  name?: string;
  password?: PreparedPassword;
  /** When the terms were accepted. Milliseconds. */
  accepted_at?: number;
}

/** An interaction that is under way in this browser. */
export interface Flow {
  runtime: Runtime;
  context: PageContext;
  interaction: Interaction;
  progress: Progress;
  asking: Client;
  /** The name of the application that asked; undefined where it is the portal. */
  client: { name: string } | undefined;
  /** The address of one of the interaction's pages; without a name that of its first. */
  at(page?: string): string;
  /** The same as an address to redirect to. */
  path(page?: string): string;
  keep(progress: Progress): Promise<void>;
}

/** @throws {Problem} "This sign-in has expired", where the browser has none of that name. */
export const flowOf = async (runtime: Runtime, given: PageContext): Promise<Flow> => {
  const interaction = await interactionOf(given.issuer, given.request, given.reply).catch((cause: Error) => {
    throw new Problem("expired", "The sign-in has expired, or was begun in another browser.", { cause });
  });
  const { ui_locales, client_id } = interaction.params as { ui_locales?: string; client_id?: string };
  const client = await given.issuer.provider.Client.find(client_id ?? "");
  if (!client) throw new Problem("expired", "The application is not there any more.");
  const context = given.preferring(ui_locales);
  const path = (page = "") => `/ui/interaction/${interaction.uid}${page && `/${page}`}`;
  const flow: Flow = {
    runtime,
    context,
    interaction,
    progress: (interaction.result?.progress as Progress | undefined) ?? {},
    asking: client,
    client: client.clientId === portalClientId ? undefined : { name: client.clientName ?? client.clientId },
    path,
    at: (page) => context.to(path(page)),
    keep: async (progress) => {
      interaction.result = { ...interaction.result, progress: progress as never };
      flow.progress = progress;
      await interaction.persist();
    },
  };
  return flow;
};

/** The person who is signed in while the provider asks for something else; undefined where it asks who they are. */
export const signedIn = async ({ runtime, context, interaction }: Flow): Promise<UserRow | undefined> => {
  const { accountId } = interaction.session ?? {};
  if (!accountId) return undefined;
  const user = await runtime.database.transaction(context.issuer.accountId, (tx) =>
    findUser(tx, context.issuer.id, accountId, { lock: false }),
  );
  return user?.status === "active" ? user : undefined;
};

/** Where somebody else signs in, in the place of who is signed in. */
export const asAnother = (flow: Pick<Flow, "at">): string => flow.at("sign-in");

/** Where the form of a page may lead, at the end of all redirects. */
export const formActionsOf = ({ interaction }: Pick<Flow, "interaction">): string[] =>
  typeof interaction.params.redirect_uri === "string" ? [interaction.params.redirect_uri] : [];

/** What of it are events is told. */
type Told = object;

/** Work of a page in one transaction, with the events that it gives. */
export const within = <T extends Told>(flow: Flow, trigger: string, work: (tx: Tx) => Promise<T>): Promise<T> =>
  flow.runtime.database.transaction(flow.context.issuer.accountId, async (tx) =>
    told(flow, trigger, tx, await work(tx)),
  );

/** The same for work whose transaction is somebody else's. */
export const told = async <T extends Told>(
  { runtime, context, interaction }: Flow,
  trigger: string,
  tx: Tx,
  result: T,
): Promise<T> => {
  const client_id = String(interaction.params.client_id);
  const events = "events" in result ? (result.events as readonly NewEvent[]) : [];
  const userId = events.map(({ subject }) => subject.user_id).find((id) => id !== undefined);
  const who = {
    type: "user" as const,
    ...(userId && { user_id: userId }),
    ...(client_id !== portalClientId && { client_id }),
  };
  await record(tx, runtime, askerAt(context.request), { trigger, who }, events);
  return result;
};

/** The ways to sign in that the issuer has switched on, in its order. */
export const methodsOf = ({ runtime, context }: Flow): Promise<SignInMethod[]> =>
  runtime.database.transaction(context.issuer.accountId, (tx) => enabledMethods(tx, context.issuer.id));

/** Ends the sign-in: the authorization goes on with this person. */
export const signIn = async ({ runtime, context }: Flow, login: Login) =>
  context.leave(await finishLogin(runtime, context.issuer, context.request, context.reply, login));

/** Answers the provider's question, such as `consent`. */
export const answer = async ({ context }: Flow, result: Record<string, unknown>) =>
  context.leave(await finish(context.issuer, context.request, context.reply, result));

/** Back to the application, which is told that the person did not want to. */
export const cancel = async ({ context }: Flow, why = "the user went back") =>
  context.leave(
    await finish(context.issuer, context.request, context.reply, {
      error: "access_denied",
      error_description: why,
    }),
  );
