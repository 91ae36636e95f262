import { type Caller, isOwnOrganization, requireHeld } from "../../http/caller.ts";
import { type Catalogues, requireCatalogued } from "../catalogues.ts";

interface Place {
  issuer_id: string;
  org_id: string;
}

/** A member of an account never exceeds who adds it; elsewhere the catalogues bind. */
export const requireGrantable = (
  caller: Caller,
  place: Catalogues & Place,
  scopes: readonly string[],
  field = "scopes",
): void => {
  if (isOwnOrganization(caller, place)) requireHeld(caller, scopes);
  else requireCatalogued(place, field, scopes);
};

/** Who is put into an account's group gets its scopes; elsewhere the catalogues bound them when the group took them. */
export const requireGroupsGrantable = (
  caller: Caller,
  place: Place,
  groups: readonly { scopes: readonly string[] }[],
): void => {
  if (isOwnOrganization(caller, place)) requireHeld(caller, [...new Set(groups.flatMap(({ scopes }) => scopes))]);
};
