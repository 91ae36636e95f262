import type { IssuerSettings } from "@authpi/schema";
import { type SqlBool, sql } from "kysely";
import type { Client } from "oidc-provider";
import { chosenOrganization } from "./chosen-organization.ts";
import type { IssuerPlace, Runtime } from "./runtime.ts";
import { ownOf } from "./storage/clients.ts";
import { findSubject } from "./subject.ts";

/** Whether one of the organizations lets nobody in without a second factor. */
const organizationsAsk = async (
  { database, rootIssuerId }: Pick<Runtime, "database" | "rootIssuerId">,
  { id: issuerId, accountId }: Pick<IssuerPlace, "id" | "accountId">,
  named: readonly string[],
): Promise<boolean> => {
  const ids = named.filter((id) => /^org_[0-9a-z]+$/.test(id));
  // An organization of the root issuer is an account, and stands in it (subject.ts).
  const isRoot = issuerId === rootIssuerId;
  const places = isRoot ? ids.map((id) => ({ tenant: `acc_${id.slice(4)}`, ids: [id] })) : [{ tenant: accountId, ids }];
  for (const { tenant, ids } of places) {
    if (ids.length === 0) continue;
    const row = await database.transaction(tenant, (tx) =>
      tx
        .from("organizations")
        .select("id")
        .where("issuer_id", "=", issuerId)
        .where("id", "in", ids)
        .where(sql<SqlBool>`coalesce((security ->> 'mfa_required')::boolean, false)`)
        .limit(1)
        .executeTakeFirst(),
    );
    if (row) return true;
  }
  return false;
};

/** An authorization under way, as far as it says which organizations will be entered by it. */
export interface Entry {
  userId: string;
  client: Client;
  params: Record<string, unknown> | undefined;
  result: Record<string, unknown> | undefined;
}

/**
 * Whether an organization that is entered asks for a second factor. Where none is chosen, the application is given the person's scopes in
 * every one that it may know of, and so all of these are entered; where one is still to be chosen, nobody knows yet.
 */
export const entryAsks = async (
  runtime: Pick<Runtime, "database" | "rootIssuerId">,
  issuer: Pick<IssuerPlace, "id" | "accountId">,
  { userId, client, params, result }: Entry,
): Promise<boolean> => {
  const chosen = chosenOrganization(params, result);
  if (chosen !== undefined) return organizationsAsk(runtime, issuer, [chosen]);
  const isAsked = String(params?.prompt ?? "")
    .split(" ")
    .includes("select_organization");
  if (isAsked && result?.select_organization === undefined) return false;
  const { mode, ids } = ownOf(client).organizations;
  if (mode === "none") return false;
  const subject = await findSubject(runtime, issuer, { userId, shown: { mode, ids: [...ids] } });
  return organizationsAsk(
    runtime,
    issuer,
    (subject?.organizations ?? []).map(({ id }) => id),
  );
};

/** Whether the application asks for a second factor of who has one (OpenID Connect Core, 3.1.2.1). */
export const asksForSecondFactor = (
  { security }: Pick<IssuerSettings, "security">,
  { acr_values }: Record<string, unknown>,
): boolean =>
  security.mfa !== "off" &&
  String(acr_values ?? "")
    .split(" ")
    .includes("2");
