import type { ClientSettings } from "@authpi/schema";
import type { KoaContextWithOIDC } from "oidc-provider";
import { type AccessClaims, factsOfAccess, readAccess } from "./access-tokens.ts";
import type { IssuerPlace, Runtime } from "./runtime.ts";
import { ownOf } from "./storage/clients.ts";

/**
 * Introspection and revocation of access tokens: the library authenticates the client, and then refuses every JWT. What it refused
 * is answered here (RFC 7662, RFC 7009).
 */
export const answerStructured =
  (runtime: Runtime, issuer: IssuerPlace) =>
  async (ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> => {
    await next();
    // There is none on a path that the library does not know.
    const oidc = ctx.oidc as KoaContextWithOIDC["oidc"] | undefined;
    if (oidc?.route !== "introspection" && oidc?.route !== "revocation") return;
    const { client, route } = oidc;
    if (!client) return;
    if (route === "introspection" && client.clientAuthMethod === "none") return refusePublic(ctx, issuer);
    const { error } = Object(ctx.body) as { error?: string };
    if (error !== "unsupported_token_type") return;
    const token = String(oidc.params?.token);
    const holder = { id: client.clientId, shown: ownOf(client).organizations };
    try {
      ctx.body = route === "introspection" ? await introspectAccess(runtime, issuer, holder, token) : "";
      if (route === "revocation") await revokeAccess(runtime, issuer, holder, token);
      ctx.status = 200;
    } catch (error) {
      refuseForNow(ctx, runtime, error);
    }
  };

/** Out here the library catches nothing. */
const refuseForNow = (ctx: KoaContextWithOIDC, { log }: Pick<Runtime, "log">, error: unknown): void => {
  log.error({ err: error, reqId: ctx.get("x-request-id") }, "A token could not be looked at.");
  ctx.status = 503;
  ctx.set("retry-after", "1");
  ctx.body = { error: "temporarily_unavailable", error_description: "tokens cannot be looked at right now" };
};

/** Who cannot prove who it is may not ask about tokens (RFC 7662, 2.1). */
const refusePublic = (ctx: KoaContextWithOIDC, { url }: IssuerPlace): void => {
  ctx.status = 401;
  ctx.set("www-authenticate", `Basic realm="${url}", charset="UTF-8"`);
  ctx.body = { error: "invalid_client", error_description: "a public client may not introspect tokens" };
};

/** Who has proved to be the client or the agent that it says; `shown` are the organizations that it may know of. */
export interface Holder {
  id: string;
  shown: ClientSettings["organizations"];
}

/** What RFC 7662 wants to be told of an access token, to whom it was issued to; to everybody else that it is none. */
export const introspectAccess = async (
  runtime: Runtime,
  issuer: IssuerPlace,
  holder: Holder,
  token: string,
): Promise<object> => {
  const claims = await readAccess(runtime, issuer, token);
  if (!claims || !isOf(claims, holder)) return { active: false };
  const facts = await factsOfAccess(runtime, issuer, holder.shown, claims, token);
  if (!facts) return { active: false };
  const { payload } = claims;
  return {
    active: true,
    ...{ scope: payload.scope, client_id: holder.id, sub: payload.sub, aud: payload.aud, iss: payload.iss },
    ...{ exp: payload.exp, iat: payload.iat, jti: payload.jti, token_type: "Bearer" },
    ...{ sid: payload.sid, dat: payload.dat, org_id: payload.org_id },
    organizations: facts.organizations ?? payload.organizations,
  };
};

/** Until its end it is known as revoked; the session that it came from, and its refresh token, stay. */
export const revokeAccess = async (
  { database, tokens }: Pick<Runtime, "database" | "tokens">,
  issuer: IssuerPlace,
  holder: Pick<Holder, "id">,
  token: string,
): Promise<void> => {
  const claims = await readAccess({ tokens }, issuer, token);
  if (!claims || !isOf(claims, holder)) return;
  await database.transaction(issuer.accountId, (tx) =>
    tx
      .insert("denied_tokens", { issuer_id: issuer.id, jti: claims.jti, expires_at: claims.expiresAt * 1000 })
      .onConflict((conflict) => conflict.doNothing())
      .execute(),
  );
};

const isOf = ({ clientId, agentId }: AccessClaims, { id }: Pick<Holder, "id">): boolean => (agentId ?? clientId) === id;
