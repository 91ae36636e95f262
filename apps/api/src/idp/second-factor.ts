import type { IssuerSettings } from "@authpi/schema";
import { type SqlBool, sql } from "kysely";
import type { IssuerPlace, Runtime } from "./runtime.ts";

/** Whether the organization lets nobody in without a second factor. */
export const organizationAsks = async (
  { database, rootIssuerId }: Pick<Runtime, "database" | "rootIssuerId">,
  { id: issuerId, accountId }: Pick<IssuerPlace, "id" | "accountId">,
  orgId: string | undefined,
): Promise<boolean> => {
  if (orgId === undefined || !/^org_[0-9a-z]+$/.test(orgId)) return false;
  // An organization of the root issuer is an account, and stands in it (subject.ts).
  const tenant = issuerId === rootIssuerId ? `acc_${orgId.slice(4)}` : accountId;
  const row = await database.transaction(tenant, (tx) =>
    tx
      .from("organizations")
      .select(sql<SqlBool>`coalesce((security ->> 'mfa_required')::boolean, false)`.as("asks"))
      .where("issuer_id", "=", issuerId)
      .where("id", "=", orgId)
      .executeTakeFirst(),
  );
  return row?.asks === true;
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
