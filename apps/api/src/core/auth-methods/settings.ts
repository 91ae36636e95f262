import { AuthMethodSettings, type AuthMethodSettingsInput } from "@authpi/schema";
import type { Deps } from "../../deps.ts";
import { merge } from "../../domain/merge.ts";
import { seal, unseal } from "../../domain/sealing.ts";
import { invalid } from "../../http/problem.ts";
import type { AuthMethodRow, StoredSettings } from "./store.ts";

type Place = Pick<AuthMethodRow, "issuer_id" | "id" | "method" | "settings">;

const upstreamDefault: AuthMethodSettings = { issuer: null, client_id: null, scopes: [], claims: {} };

/**
 * The settings as they are kept, after a create or a PATCH.
 *
 * @throws {Problem} 400 with every setting that the method does not have.
 */
export const changedSettings = (
  deps: Pick<Deps, "keys">,
  place: Place,
  input: AuthMethodSettingsInput,
): StoredSettings => {
  if (place.method !== "oidc") {
    requireNone(place.method, input);
    return {};
  }
  const { client_secret: given, ...patch } = input;
  const { client_secret: kept, ...current } = place.settings;
  const settings = merge(AuthMethodSettings, { ...upstreamDefault, ...current }, patch, upstreamDefault);
  const secret = given === undefined || isKept(deps, place, given) ? kept : given && sealed(deps, place, given);
  return { ...settings, ...(secret && { client_secret: secret }) };
};

/** The provider's secret. Throws where a row was changed or moved. */
export const openClientSecret = (
  deps: Pick<Deps, "keys">,
  { issuer_id, id, settings }: Omit<Place, "method">,
): string | null =>
  settings.client_secret === undefined
    ? null
    : unseal(deps.keys.authMethods, Buffer.from(settings.client_secret, "base64"), contextOf({ issuer_id, id }));

const requireNone = (method: string, input: AuthMethodSettingsInput): void => {
  const given = Object.entries(input).filter(([, value]) => value !== null && value !== undefined);
  if (given.length === 0) return;
  const message = `is not a setting of ${method}`;
  throw invalid(...given.map(([key]) => ({ field: `settings.${key}`, code: "invalid" as const, message })));
};

/** A secret that is given again changes nothing, though sealing it anew would give other bytes. */
const isKept = (deps: Pick<Deps, "keys">, place: Place, given: string | null): boolean =>
  given !== null && openClientSecret(deps, place) === given;

const sealed = (deps: Pick<Deps, "keys">, place: Place, secret: string): string =>
  seal(deps.keys.authMethods, secret, contextOf(place)).toString("base64");

const contextOf = ({ issuer_id, id }: Pick<Place, "issuer_id" | "id">): string => `${issuer_id} ${id}`;
