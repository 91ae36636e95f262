import type { FastifyReply, FastifyRequest } from "fastify";
import { addressTo } from "./hand-over.ts";
import type { LiveIssuer } from "./live-issuer.ts";
import type { Runtime } from "./runtime.ts";

/** Who is signed in at the issuer in this browser. */
export interface OpSession {
  userId: string;
  /** The row of `sessions`. */
  id: string;
  /** What the provider calls it. */
  uid: string;
  /** When the person signed in, in Unix seconds. */
  loginAt: number;
  amr: readonly string[];
  acr: string | undefined;
}

/** Undefined where nobody is: a session that was ended, suspended or has idled too long is none (storage/adapter.ts). */
export const currentSession = async (
  { database }: Pick<Runtime, "database">,
  issuer: LiveIssuer,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<OpSession | undefined> => {
  addressTo(request.raw, issuer.url, "/", request.ip);
  const { provider } = issuer;
  const { accountId, uid, loginTs, amr, acr } = await provider.Session.get(
    provider.createContext(request.raw, reply.raw),
  );
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
  return row && { userId: accountId, id: row.id, uid, loginAt: loginTs ?? 0, amr: amr ?? [], acr };
};
