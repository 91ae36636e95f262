import type { FastifyReply, FastifyRequest } from "fastify";
import { endSessions } from "../core/sessions/end.ts";
import { addressTo } from "./hand-over.ts";
import type { LiveIssuer } from "./live-issuer.ts";
import { askerAt, type Runtime } from "./runtime.ts";
import { removeByUid } from "./storage/artifacts.ts";
import { tellTerminated } from "./storage/endings.ts";

/** What the browser's cookie stands for. */
export interface BrowserSession {
  userId: string;
  /** The row of `sessions`: there is none before the sign-in has led to its first code. */
  id: string | undefined;
  /** What the provider calls it. */
  uid: string;
  /** When the person signed in, in Unix seconds. */
  loginAt: number;
  amr: readonly string[];
  acr: string | undefined;
  /** The session at a client, where there is one. */
  sidFor(clientId: string): string | undefined;
}
/** Who is signed in at the issuer in this browser. */
export interface OpSession extends BrowserSession {
  id: string;
}

/** Undefined where nobody is: a session that was ended, suspended or has idled too long is none (storage/adapter.ts). */
export const currentSession = async (...asked: Parameters<typeof browserSession>): Promise<OpSession | undefined> => {
  const session = await browserSession(...asked);
  return session?.id === undefined ? undefined : { ...session, id: session.id };
};

/** The same, where a sign-in that was not finished counts too: who signs out wants that gone as well. */
export const browserSession = async (
  { database }: Pick<Runtime, "database">,
  issuer: LiveIssuer,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<BrowserSession | undefined> => {
  addressTo(request.raw, issuer.url, "/", request.ip);
  const { provider } = issuer;
  const session = await provider.Session.get(provider.createContext(request.raw, reply.raw));
  const { accountId, uid, loginTs, amr, acr } = session;
  if (!accountId || !uid) return undefined;
  const row = await database.transaction(issuer.accountId, (tx) =>
    tx
      .from("sessions")
      .select("id")
      .where("issuer_id", "=", issuer.id)
      .where("provider_uid", "=", uid)
      .where("user_id", "=", accountId)
      .executeTakeFirst(),
  );
  const sidFor = (clientId: string): string | undefined => session.sidFor(clientId);
  return { userId: accountId, id: row?.id, uid, loginAt: loginTs ?? 0, amr: amr ?? [], acr, sidFor };
};

/** Signs out: the session and those at clients that hang off it end, their clients are told, and the browser forgets it. */
export const endSession = async (
  runtime: Runtime,
  issuer: LiveIssuer,
  request: FastifyRequest,
  reply: FastifyReply,
  { userId, uid, id }: Pick<BrowserSession, "userId" | "uid" | "id">,
  { trigger = "logout", clientId }: { trigger?: string; clientId?: string | undefined } = {},
): Promise<void> => {
  const now = runtime.deps.clock.now();
  await runtime.database.transaction(issuer.accountId, async (tx) => {
    await removeByUid(tx, issuer.id, "Session", uid);
    const why = { status_reason: "The user signed out", status_by: userId };
    const ended = await endSessions(tx, issuer.id, id === undefined ? [] : [id], why, now);
    const who = { type: "user", user_id: userId, ...(clientId && { client_id: clientId }) } as const;
    await tellTerminated(tx, runtime, ended, askerAt(request), { trigger, who });
  });
  forget(issuer, reply);
};

const forget = ({ id, url, provider }: LiveIssuer, reply: FastifyReply): void => {
  const name = provider.cookieName("session");
  const secure = url.startsWith("https:") ? "; secure" : "";
  const end = `expires=Thu, 01 Jan 1970 00:00:00 GMT; path=/${id}; samesite=lax${secure}; httponly`;
  for (const cookie of [name, `${name}.sig`]) reply.header("set-cookie", `${cookie}=; ${end}`);
};
