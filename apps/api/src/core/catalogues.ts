import { missingScopes } from "@authpi/schema";
import type { Parents } from "../db/parents.ts";
import { invalid } from "../http/problem.ts";

export interface Catalogues {
  issuer_scopes: readonly string[];
  org_scopes: readonly string[];
}

export const cataloguesOf = ({ issuer, organization }: Parents) => ({
  issuer_scopes: issuer?.available_scopes ?? [],
  org_scopes: organization?.scopes ?? [],
});

/** Scopes below an organization come from the issuer's catalogue and from the organization's; an empty one is free. */
export const requireCatalogued = (catalogues: Catalogues, field: string, scopes: readonly string[]): void => {
  requireIn(catalogues.issuer_scopes, "the issuer's available_scopes do", field, scopes);
  requireIn(catalogues.org_scopes, "the organization's scopes do", field, scopes);
};

/** @throws {Problem} 400 where a scope is not of a catalogue that is not empty. */
export const requireIn = (
  catalogue: readonly string[],
  name: string,
  field: string,
  scopes: readonly string[],
): void => {
  const missing = catalogue.length === 0 ? [] : missingScopes(catalogue, scopes);
  if (missing.length === 0) return;
  throw invalid({ field, code: "invalid", message: `has ${missing.join(", ")}, which ${name} not list` });
};
