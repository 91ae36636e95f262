import { expect } from "vitest";
import { type Answer, type ApiClient, apiClient, type Credential } from "../harness/client.ts";
import type { Tenant, World } from "../harness/world.ts";

/** An issuer and an organization of it, in a tenant of their own. */
export interface Place extends Tenant {
  issuerId: string;
  orgId: string;
  /** Their paths below the account. */
  issuer: string;
  organization: string;
}

export const newPlace = async (world: World, { issuer = {}, organization = {} } = {}): Promise<Place> => {
  const tenant = await world.tenant();
  const { api } = tenant;
  const { id: issuerId } = good(await api.post("issuers", { name: "acme", ...issuer }));
  const { id: orgId } = good(await api.post(`issuers/${issuerId}/organizations`, { name: "Globex", ...organization }));
  const below = `issuers/${issuerId}`;
  return { ...tenant, issuerId, orgId, issuer: below, organization: `${below}/organizations/${orgId}` };
};

/** The resource or the list of an answer that has to be good. */
export const good = ({ status, text, body }: Answer) => {
  if (status >= 300) throw new Error(`${status} ${text}`);
  return body?.data;
};

/** Holds an answer to a refusal, and to naming these fields and no others. */
export const expectRefusal = ({ status, body, text }: Answer, expected: number, ...fields: string[]): void => {
  expect(status, text).toBe(expected);
  const named = (body.fields ?? []).map(({ field }: { field: string }) => field);
  if (expected === 400) expect(named).toEqual(fields);
};

/** A new API key: its resource and what signs in with it. */
export const newKey = async (api: ApiClient, path: string, scopes: string[] = [], more: object = {}) => {
  const { ip_allowlist, ...body } = more as { ip_allowlist?: string[] };
  const restrictions = { scopes, ...(ip_allowlist && { ip_allowlist }) };
  const key = good(await api.post(path, { name: "backend", restrictions, ...body }));
  return { ...key, credential: credentialOf(key) };
};
export const credentialOf = ({ id, secret_plain }: { id: string; secret_plain: string }): Credential => ({
  id,
  secret: secret_plain,
});

export const whoami = (world: World, credential: Credential, headers?: Record<string, string>): Promise<Answer> =>
  apiClient(world.server.url, credential, "").get("/v1/me", headers);

export const newUser = async ({ api, issuer }: Place, name: string, more: object = {}) =>
  good(await api.post(`${issuer}/users`, { username_type: "unique-name", username: name, ...more }));

/** The ids of a list, in its order. */
export const idsOf = async (api: ApiClient, path: string): Promise<string[]> =>
  good(await api.get(path)).map(({ id }: { id: string }) => id);

interface Told {
  id: string;
  type: string;
  timestamp: number;
  subject: Record<string, string>;
  data: { resource: Record<string, unknown>; previous?: Record<string, unknown> };
}
/** The account's events as the API lists them, newest first. */
export const eventsOf = async (api: ApiClient, query = "limit=100"): Promise<Told[]> =>
  good(await api.get(`events?${query}`));

/** The events that a piece of work leaves, newest first. */
export const eventsBy = async (api: ApiClient, work: () => Promise<unknown>): Promise<Told[]> => {
  const [last] = await eventsOf(api, "limit=1");
  await work();
  const all = await eventsOf(api);
  return all.slice(0, last ? all.findIndex(({ id }) => id === last.id) : undefined);
};
