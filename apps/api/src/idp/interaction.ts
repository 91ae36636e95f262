import type { FastifyReply, FastifyRequest } from "fastify";
import type { Interaction } from "oidc-provider";
import type { LiveIssuer } from "./live-issuer.ts";
import type { Runtime } from "./runtime.ts";
import { removeByUid } from "./storage/artifacts.ts";

/** Who signed in, and by what. */
export interface Login {
  accountId: string;
  /** The auth method, such as `password`. */
  method: string;
  /** What was proved (RFC 8176), and how strong that was. */
  amr: string[];
  acr: string;
  /** False: the sign-in ends with the browser. */
  remember?: boolean;
}

/** What the provider wants to know from the person. Throws where the browser's cookie names no interaction, or another one. */
export const interactionOf = async (
  { provider }: LiveIssuer,
  { raw, params }: FastifyRequest,
  reply: FastifyReply,
): Promise<Interaction> => {
  const interaction = await provider.interactionDetails(raw, reply.raw);
  if (interaction.uid !== (params as { uid?: string }).uid) throw new Error("The cookie is another interaction's.");
  return interaction;
};

/** Signs the person in, and gives the address at which the authorization goes on. */
export const finishLogin = async (
  { database }: Pick<Runtime, "database">,
  issuer: LiveIssuer,
  request: FastifyRequest,
  reply: FastifyReply,
  login: Login,
): Promise<string> => {
  const interaction = await issuer.provider.interactionDetails(request.raw, reply.raw);
  const { session } = interaction;
  if (session && session.accountId !== login.accountId) {
    // Somebody else at the same browser: the library would ask the first one to sign out. Who comes begins a session of their own.
    const uid = session.uid ?? "";
    await database.transaction(issuer.accountId, (tx) => removeByUid(tx, issuer.id, "Session", uid));
    interaction.session = undefined;
    await interaction.persist();
  }
  // Who signs in has chosen an account by it, and needs no new one.
  const { name } = interaction.prompt;
  const answered = name === "select_account" || name === "create" ? { [name]: {} } : {};
  return finish(issuer, request, reply, { ...answered, login });
};

/** Answers the provider's question; what was answered before stays answered. */
export const finish = (
  { provider }: LiveIssuer,
  { raw }: FastifyRequest,
  reply: FastifyReply,
  result: Record<string, unknown>,
): Promise<string> => provider.interactionResult(raw, reply.raw, result, { mergeWithLastSubmission: true });
