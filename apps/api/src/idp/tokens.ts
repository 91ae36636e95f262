import {
  type AccessToken,
  type AuthorizationCode,
  type ClientCredentials,
  errors,
  type KoaContextWithOIDC,
  type RefreshToken,
  type UnknownObject,
} from "oidc-provider";
import type { Deps } from "../deps.ts";
import { audienceOf } from "./resources.ts";
import type { Subjects } from "./subject.ts";

/** What an access token was made from. */
type Source = AuthorizationCode | RefreshToken;

const sourceOf = (ctx: KoaContextWithOIDC): Source | undefined =>
  ctx.oidc.entities.AuthorizationCode ?? ctx.oidc.entities.RotatedRefreshToken ?? ctx.oidc.entities.RefreshToken;

/** What an access token of a person says beside RFC 9068's claims: who is meant, of which organizations, since when, in which session. */
export const extraTokenClaims =
  ({ of }: Pick<Subjects, "of">) =>
  async (ctx: KoaContextWithOIDC, token: AccessToken | ClientCredentials): Promise<UnknownObject | undefined> => {
    if (token.kind !== "AccessToken") return { dat: { type: "client" } };
    const { accountId, grantId, sid } = token as AccessToken;
    const subject = await of(ctx, accountId, grantId);
    if (!subject) throw new errors.InvalidGrant("the user may not sign in any more");
    const source = sourceOf(ctx);
    return {
      dat: { type: "identity" },
      ...(sid && { sid }),
      ...(source?.authTime !== undefined && { auth_time: source.authTime }),
      ...(source?.acr && { acr: source.acr }),
      ...(source?.amr && { amr: source.amr }),
      organizations: subject.organizations,
      ...(subject.orgId !== null && { org_id: subject.orgId }),
    };
  };

interface Parts {
  header?: object | undefined;
  payload: Record<string, unknown>;
}

/** An id of 18 characters, and all of the resources that were asked for: the library knows one at a time. */
export const customizeJwt =
  ({ secrets }: Pick<Deps, "secrets">) =>
  (ctx: KoaContextWithOIDC, _: unknown, { payload }: Parts): void => {
    payload.jti = newTokenId({ secrets });
    const { client, params } = ctx.oidc;
    const granted = [sourceOf(ctx)?.resource ?? []].flat();
    const asked = [(params?.resource as string | string[] | undefined) ?? granted].flat();
    if (!client || asked.length < 2) return;
    if (granted.length > 0 && !asked.every((one) => granted.includes(one))) throw new errors.InvalidTarget();
    payload.aud = asked.map((resource) => audienceOf(client, resource));
  };

/** 108 bits. */
export const newTokenId = ({ secrets }: Pick<Deps, "secrets">): string =>
  secrets.random(14).toString("base64url").slice(0, 18);
