import { sql } from "kysely";
import { type Client, errors, type Grant, type KoaContextWithOIDC, type Provider } from "oidc-provider";
import { agreedScopes } from "../core/consents/grant.ts";
import { chosenOrganization } from "./chosen-organization.ts";
import { scopes as openidScopes } from "./claims.ts";
import type { IssuerPlace, Runtime } from "./runtime.ts";
import * as artifacts from "./storage/artifacts.ts";
import { ownOf } from "./storage/clients.ts";
import type { Subjects } from "./subject.ts";

/**
 * A grant of its own for each authorization: what one application was given never widens what another tab asked for, and a selected
 * organization holds for this one alone. Internal clients get what they ask for; others what the person has agreed to.
 */
export const loadGrant =
  (runtime: Runtime, issuer: IssuerPlace, subjects: Pick<Subjects, "of">) =>
  async (ctx: KoaContextWithOIDC): Promise<Grant | undefined> => {
    const { client, session, provider } = ctx.oidc;
    const userId = session?.accountId;
    if (!client || !session || !userId) return undefined;
    const orgId = await selectedOrganization(ctx, userId, subjects);
    const asked = askedScopes(client, ctx.oidc.params ?? {});
    const who = { issuerId: issuer.id, userId, clientId: client.clientId };
    const agreed = ownOf(client).internal
      ? undefined
      : await runtime.database.transaction(issuer.accountId, (tx) => agreedScopes(tx, who));
    const given = asked.filter((scope) => agreed?.includes(scope) ?? true);

    const sid = await sessionAt(runtime, issuer, session.sidFor(client.clientId));
    session.sidFor(client.clientId, sid ?? runtime.deps.ids.make("session"));
    // The policy then asks for what is missing.
    if (given.length < asked.length) return undefined;

    const grant = new (provider as Provider).Grant({ clientId: client.clientId, accountId: userId });
    grant.addOIDCScope(given.filter(isOpenid).join(" "));
    for (const [indicator, server] of Object.entries(ctx.oidc.resourceServers ?? {})) {
      grant.addResourceScope(indicator, given.filter((scope) => server.scopes.has(scope)).join(" "));
    }
    const id = await grant.save();
    if (orgId) {
      await runtime.database.transaction(issuer.accountId, (tx) =>
        artifacts.selectOrganization(tx, issuer.id, id, orgId),
      );
    }
    return grant;
  };

/**
 * What an application asks for, of what it may have at all: of the rest nobody is asked. `authpi_offline` says that it wants to go on
 * while the person is away; `scope` says it only where that has asked for consent (hand-over.ts).
 */
export const askedScopes = (client: Client, { scope, authpi_offline }: Record<string, unknown>): string[] => {
  const offline = authpi_offline === "1" && client.grantTypeAllowed("refresh_token") ? ["offline_access"] : [];
  const { scopes } = ownOf(client);
  const named = [...String(scope ?? "").split(" "), ...offline];
  return [...new Set(named)].filter((one) => isOpenid(one) || scopes.includes(one));
};

const isOpenid = (scope: string): boolean => (openidScopes as readonly string[]).includes(scope);

/** @throws {errors.AccessDenied} where the person is no active member of the organization that is asked for. */
const selectedOrganization = async (
  ctx: KoaContextWithOIDC,
  userId: string,
  { of }: Pick<Subjects, "of">,
): Promise<string | undefined> => {
  const orgId = chosenOrganization(ctx.oidc.params, ctx.oidc.result);
  if (!orgId) return undefined;
  const subject = await of(ctx, userId, undefined);
  if (subject?.organizations.some(({ id }) => id === orgId)) return orgId;
  throw new errors.AccessDenied("the user is no active member of this organization");
};

/** The session at the client that the cookie names, where it still stands. */
const sessionAt = async (
  { database, deps }: Pick<Runtime, "database" | "deps">,
  issuer: IssuerPlace,
  sid: string | undefined,
): Promise<string | undefined> => {
  if (!sid?.startsWith("s_")) return undefined;
  const now = deps.clock.now();
  const row = await database.transaction(issuer.accountId, (tx) =>
    tx
      .from("sessions")
      .select("id")
      .where("issuer_id", "=", issuer.id)
      .where("id", "=", sid)
      .where("status", "=", "active")
      .where(sql<number>`least(expires_at, last_activity_at + idle_timeout * 1000::bigint)`, ">", now)
      .executeTakeFirst(),
  );
  return row?.id;
};
