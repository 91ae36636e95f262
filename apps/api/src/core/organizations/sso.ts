import {
  OrganizationSso,
  type OrganizationSsoDomain,
  type OrganizationSsoInput,
  OrganizationSsoOidc,
  OrganizationSsoSaml,
} from "@authpi/schema";
import type { TSchema } from "typebox";
import type { Parents } from "../../db/parents.ts";
import type { Deps } from "../../deps.ts";
import { merge } from "../../domain/merge.ts";
import { seal, unseal } from "../../domain/sealing.ts";
import type { Caller } from "../../http/caller.ts";
import { invalidField } from "../../http/problem.ts";
import { cataloguesOf } from "../catalogues.ts";
import { txtRecordOf } from "../domain-proofs.ts";
import { requireGrantable, requireGroupsGrantable } from "../members/grantable.ts";
import type { OrganizationRow, SsoDomainRow } from "./store.ts";

type StoredSso = OrganizationRow["sso"];
type Place = Pick<OrganizationRow, "issuer_id" | "id" | "sso" | "sso_client_secret">;

/** The methods that the runtime serves; another one is stored, and cannot be enabled. */
const served: ReadonlySet<StoredSso["method"]> = new Set();

export const noSso: StoredSso = {
  enabled: false,
  only: false,
  method: null,
  oidc: null,
  saml: null,
  default_scopes: [],
  jit: false,
};
const noOidc: OrganizationSsoOidc = { issuer: null, client_id: null, scopes: [], claims: {} };
const noSaml: OrganizationSsoSaml = { metadata_url: null, metadata_xml: null, claims: {} };

/**
 * The columns of single sign-on after a create or a PATCH; null clears all of them.
 *
 * @throws {Problem} 400 where members would be offered what they cannot use.
 */
export const changedSso = (deps: Pick<Deps, "keys">, place: Place, input: OrganizationSsoInput | null) => {
  const { oidc, saml, ...patch } = input ?? { ...noSso, oidc: null, saml: null };
  const { client_secret, ...oidcPatch } = oidc ?? {};
  const sso: StoredSso = {
    ...merge(OrganizationSso, place.sso, patch, noSso),
    oidc: provider(OrganizationSsoOidc, place.sso.oidc, oidc && oidcPatch, noOidc),
    saml: provider(OrganizationSsoSaml, place.sso.saml, saml, noSaml),
  };
  requireUsable(sso);
  return { sso, sso_client_secret: changedSecret(deps, place, oidc === null ? null : client_secret) };
};

/** What single sign-on gives is bound as what a member is given by hand. */
export const requireSsoScopes = (
  caller: Caller,
  { issuer_id, id, scopes }: Pick<OrganizationRow, "issuer_id" | "id" | "scopes">,
  parents: Parents,
  input: OrganizationSsoInput | null | undefined,
): void => {
  const place = { issuer_id, org_id: id, ...cataloguesOf(parents), org_scopes: scopes };
  requireGrantable(caller, place, input?.default_scopes ?? [], "sso.default_scopes");
};

/** Who could put another provider, or its secret, in the place of the account's own would give themselves what it gives. */
export const requireSsoHeld = (
  caller: Caller,
  { issuer_id, id }: Pick<OrganizationRow, "issuer_id" | "id">,
  { default_scopes }: StoredSso,
): void => requireGroupsGrantable(caller, { issuer_id, org_id: id }, [{ scopes: default_scopes }]);

export const presentSso = ({ sso, sso_secret_rotated_at, sso_domains }: OrganizationRow): OrganizationSso => ({
  ...sso,
  secret_rotated_at: sso_secret_rotated_at,
  domains: sso_domains
    .toSorted((one, other) => other.added_at - one.added_at || (one.domain < other.domain ? -1 : 1))
    .map(presentSsoDomain),
});

export const presentSsoDomain = (row: SsoDomainRow): OrganizationSsoDomain => ({
  domain: row.domain,
  verified: row.verified_at !== null,
  added_at: row.added_at,
  verified_at: row.verified_at,
  ...txtRecordOf(row.domain, row.txt_record_value),
});

/** For the column `sso_client_secret` or `sso_secret`. */
export const sealSsoSecret = (deps: Pick<Deps, "keys">, place: Owner, column: Column, secret: string): Buffer =>
  seal(deps.keys.sso, secret, contextOf(place, column));

/** The secret as it was given. Throws where a row was changed or moved. */
export const openSsoSecret = (deps: Pick<Deps, "keys">, place: Owner, column: Column, sealed: Buffer): string =>
  unseal(deps.keys.sso, sealed, contextOf(place, column));

type Owner = Pick<OrganizationRow, "issuer_id" | "id">;
type Column = "client_secret" | "secret";
const contextOf = ({ issuer_id, id }: Owner, column: Column): string => `${issuer_id} ${id} ${column}`;

const provider = <T extends object>(
  schema: TSchema,
  current: T | null,
  patch: object | null | undefined,
  initial: T,
): T | null => {
  if (patch === undefined) return current;
  return patch === null ? null : merge(schema, current ?? initial, patch, initial);
};

/** A secret that is given again changes nothing, though sealing it anew would give other bytes. */
const changedSecret = (deps: Pick<Deps, "keys">, place: Place, given: string | null | undefined): Buffer | null => {
  const kept = place.sso_client_secret;
  if (given === undefined) return kept;
  if (given === null) return null;
  const isKept = kept !== null && openSsoSecret(deps, place, "client_secret", kept) === given;
  return isKept ? kept : sealSsoSecret(deps, place, "client_secret", given);
};

const requireUsable = ({ enabled, method, saml }: StoredSso): void => {
  if (saml?.metadata_url && saml.metadata_xml) {
    throw invalidField("sso.saml.metadata_xml", "stands in the place of metadata_url: one of them must be null");
  }
  if (!enabled || served.has(method)) return;
  const why = method === null ? "no method is chosen" : `${method} can be stored, and is not served yet`;
  throw invalidField("sso.enabled", `must be false: ${why}`);
};
