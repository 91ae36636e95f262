import type { AccessToken, Client, ClientCredentials, KoaContextWithOIDC, RefreshToken } from "oidc-provider";
import { endSessions } from "../core/sessions/end.ts";
import { askerOf, type IssuerPlace, type Runtime } from "./runtime.ts";
import { tellTerminated } from "./storage/endings.ts";
import type { Subjects } from "./subject.ts";

type Token = AccessToken | ClientCredentials | RefreshToken;

/** Of a refresh token the library asks here: a client is told of its own, while its person may still come in by it. */
export const mayIntrospect =
  ({ of }: Pick<Subjects, "of">) =>
  async (ctx: KoaContextWithOIDC, client: Client, token: Token): Promise<boolean> => {
    if (token.clientId !== client.clientId) return false;
    const { accountId, grantId } = token as Partial<RefreshToken>;
    return accountId === undefined || (await of(ctx, accountId, grantId)) !== undefined;
  };

/**
 * The library ends the family of a refresh token that its client gives up. The session goes first: its access tokens are dead
 * with it (RFC 7009, 2.1), and where the rest fails, no refresh token of it is good either.
 */
export const mayRevoke =
  (runtime: Runtime, issuer: IssuerPlace) =>
  async (ctx: KoaContextWithOIDC, client: Client, token: Token): Promise<boolean> => {
    if (token.clientId !== client.clientId) return false;
    const { sid, accountId } = token as Partial<RefreshToken>;
    if (!sid) return true;
    const now = runtime.deps.clock.now();
    const why = { status_reason: "The client revoked its refresh token", status_by: client.clientId };
    await runtime.database.transaction(issuer.accountId, async (tx) => {
      const ended = await endSessions(tx, issuer.id, [sid], why, now);
      const who = { type: "client", client_id: client.clientId, ...(accountId && { user_id: accountId }) } as const;
      await tellTerminated(tx, runtime, ended, askerOf(ctx), { trigger: "revoke", who });
    });
    return true;
  };
