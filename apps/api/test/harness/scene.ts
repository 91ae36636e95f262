import { collectionPath, lineageOf, type Resource } from "@authpi/schema";
import { type Answer, type ApiClient, apiClient } from "./client.ts";
import { type AnyExample, examplesOf, type Place } from "./examples.ts";
import { everyOperation, type OperationCase, pathFor } from "./operations.ts";
import type { Tenant, World } from "./world.ts";

/** A valid call that is about to be made, in a tenant of its own. */
export interface Scene {
  tenant: Tenant;
  /** The ids of the path, and of one thing of the noun. */
  params: Record<string, string>;
  path: string;
  body: unknown;
  /** Makes the call, with what is named here in the place of what is valid. */
  send(different?: Different): Promise<Answer>;
  /** A second valid body of the same operation. */
  anotherBody(): Promise<unknown>;
}
export interface Different {
  api?: ApiClient;
  path?: string;
  body?: unknown;
  headers?: Record<string, string>;
}

/** Makes what a call needs: everything above it in the path, the thing itself, and the state in which the call changes it. */
export const setScene = async (world: World, operation: OperationCase, given?: Tenant): Promise<Scene> => {
  const tenant = given ?? (await world.tenant());
  const { resource, name, method } = operation;
  const params = await placeOf(tenant, resource);
  const itemId = await makeOne(tenant, resource, params);
  if (itemId !== undefined) params[resource.param] = itemId;

  const place = placeIn(tenant, params);
  const example: AnyExample = examplesOf(resource).operations[name] ?? {};
  for (const step of example.after ?? []) await doFirst(place, resource, step);
  const body = await example.body?.(place);
  const query = await example.query?.(place);
  const path =
    pathFor(operation.path, params) + (query ? `?${new URLSearchParams(query as Record<string, string>)}` : "");
  return {
    tenant,
    params,
    path,
    body,
    send: ({ api = tenant.api, ...different } = {}) => {
      const sent = "body" in different ? different.body : body;
      const headers = different.headers ? { headers: different.headers } : {};
      return api.send(method, different.path ?? path, { ...(sent !== undefined && { body: sent }), ...headers });
    },
    anotherBody: async () => example.body?.(place),
  };
};

/** One scene for all calls of an operation that are refused: they leave it as it is. */
export const sharedScenes = (world: World): ((operation: OperationCase) => Promise<Scene>) => {
  const scenes = new Map<OperationCase, Promise<Scene>>();
  return (operation) => {
    const scene = scenes.get(operation) ?? setScene(world, operation);
    scenes.set(operation, scene);
    return scene;
  };
};

/** The ids above the noun, each newly made. */
export const placeOf = async (tenant: Tenant, resource: Resource): Promise<Record<string, string>> => {
  const params: Record<string, string> = { account_id: tenant.accountId };
  for (const above of lineageOf(resource).slice(0, -1)) {
    if (params[above.param] === undefined) params[above.param] = String(await makeOne(tenant, above, params));
  }
  return params;
};

/** One more of the noun; undefined where the noun has no things with ids. */
export const makeOne = async (
  tenant: Host,
  resource: Resource,
  params: Readonly<Record<string, string>>,
): Promise<string | undefined> => {
  const noun = examplesOf(resource);
  const place = placeIn(tenant, params);
  if (noun.existing) return noun.existing(place);
  const { create } = resource.operations;
  if (!create) return undefined;
  const answer = await tenant.api.post(
    pathFor(collectionPath(resource), params),
    await noun.operations.create?.body?.(place),
  );
  if (answer.status !== 201) throw new Error(`${resource.name} cannot be made: ${answer.status} ${answer.text}`);
  return madeId(resource, answer);
};

/** The id of what was made: the answer has it as `id`, or by the name of the path's parameter. */
export const madeId = ({ param }: Resource, { body }: Answer): string => body.data.id ?? body.data[param];

type Host = Pick<Tenant, "api" | "sql" | "dns">;
const placeIn = (host: Host, params: Readonly<Record<string, string>>): Place => ({
  api: host.api,
  sql: host.sql,
  dns: host.dns,
  params,
  make: async (resource) => String(await makeOne(host, resource, params)),
});

const doFirst = async (place: Place, resource: Resource, step: string): Promise<void> => {
  const first = everyOperation.find((one) => one.resource === resource && one.name === step);
  if (!first) throw new Error(`${resource.name} has no ${step}.`);
  const body = await examplesOf(resource).operations[step]?.body?.(place);
  const answer = await place.api.send(first.method, pathFor(first.path, place.params), {
    ...(body !== undefined && { body }),
  });
  if (answer.status >= 300) throw new Error(`${first.id} failed: ${answer.status} ${answer.text}`);
};

/** A client with the key of an organization of the tenant's. */
export const organizationClient = async ({ api, accountId }: Tenant): Promise<ApiClient> => {
  const made = async (path: string, body: unknown) => {
    const answer = await api.post(path, body);
    if (answer.status !== 201) throw new Error(`${path}: ${answer.status} ${answer.text}`);
    return answer.body.data;
  };
  const issuer = await made("issuers", { name: "acme" });
  const organization = await made(`issuers/${issuer.id}/organizations`, { name: "Globex" });
  const key = await made(`issuers/${issuer.id}/organizations/${organization.id}/api-keys`, {
    name: "backend",
    restrictions: { scopes: ["*:**"] },
  });
  return apiClient(api.url, { id: key.id, secret: key.secret_plain }, accountId);
};

/** The body of an error without what differs from call to call. */
export const withoutReference = ({ text, body }: Answer): string => text.replace(String(body?.reference), "");
