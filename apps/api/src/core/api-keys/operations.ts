import { accountApiKeys, apiKeys } from "@authpi/schema";
import { type Caller, isOwnOrganization, requireScope } from "../../http/caller.ts";
import { toPage } from "../../http/cursor.ts";
import { type Call, room } from "../../http/room.ts";
import { create } from "./create.ts";
import { block, revoke, unblock } from "./lifecycle.ts";
import { present, presentItem } from "./present.ts";
import { rotate } from "./rotate.ts";
import * as store from "./store.ts";
import { update } from "./update.ts";

type Operations = (typeof accountApiKeys)["operations"];
/** A call at either of the two places: below an organization there are more parameters, and nothing else. */
export type ApiKeyCall<K extends keyof Operations> = Call<typeof accountApiKeys, Operations[K], store.ApiKeyRow>;
type PlaceOf = (call: Pick<ApiKeyCall<"list">, "params" | "caller">, action: "read" | "write") => store.ApiKeyPlace;

const operationsIn = (placeOf: PlaceOf) => ({
  list: async (call: ApiKeyCall<"list">) => {
    const { tx, query, page, deps } = call;
    const rows = await store.list(tx, placeOf(call, "read"), query, page, deps.clock.now());
    return toPage(rows, page, (row) => [row.id], presentItem);
  },
  create: (call: ApiKeyCall<"create">) => create(call, placeOf(call, "write")),
  get: ({ row, deps }: ApiKeyCall<"get">) => present(row, deps.clock.now()),
  update: (call: ApiKeyCall<"update">) => update(call),
  delete: async ({ tx, row, deps, emit }: ApiKeyCall<"delete">): Promise<undefined> => {
    await store.remove(tx, row.id);
    emit("api-key.deleted", present(row, deps.clock.now()));
  },
  block: (call: ApiKeyCall<"block">) => block(call),
  unblock: (call: ApiKeyCall<"unblock">) => unblock(call),
  revoke: (call: ApiKeyCall<"revoke">) => revoke(call),
  rotate: (call: ApiKeyCall<"rotate">) => rotate(call),
});

const homeOf = (key: { issuer_id: string; org_id: string }, caller: Caller): string =>
  isOwnOrganization(caller, key) ? "api-keys" : "issuers.organizations.api-keys";

/** The account's own keys as a list; one key by its id, wherever in the account it lives. */
export const accountApiKeyRoom = room<typeof accountApiKeys, store.ApiKeyRow>(accountApiKeys, {
  load: ({ tx, params, lock, deps }) => store.find(tx, params.key_id, undefined, deps.clock.now(), lock),
  home: homeOf,
  operations: operationsIn(({ caller }) => ({ issuerId: caller.issuerId, orgId: caller.orgId })),
});

/** The keys of one organization. */
export const apiKeyRoom = room<typeof apiKeys, store.ApiKeyRow>(apiKeys, {
  // Through the root issuer this reaches the account's own keys, whose scope it is that counts.
  home: homeOf,
  load: ({ tx, params, lock, deps }) =>
    store.find(tx, params.key_id, { issuerId: params.issuer_id, orgId: params.org_id }, deps.clock.now(), lock),
  operations: operationsIn(({ params, caller }, action) => {
    const place = placeIn(params);
    requireScope(caller, `${homeOf({ issuer_id: place.issuerId, org_id: place.orgId }, caller)}:${action}`);
    return place;
  }),
});

const placeIn = (params: Record<string, string>): store.ApiKeyPlace => ({
  issuerId: params.issuer_id ?? "",
  orgId: params.org_id ?? "",
});
