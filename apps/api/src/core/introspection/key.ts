import { timingSafeEqual } from "node:crypto";
import type { TokenIntrospection } from "@authpi/schema";
import { isWithin } from "../../domain/ip.ts";
import { wellFormed } from "../../verification/credentials.ts";
import * as keys from "../api-keys/store.ts";
import type { IntrospectCall } from "./operations.ts";
import { refused } from "./refused.ts";
import * as store from "./store.ts";

/** A key of one of the issuer's organizations; of any other it says that there is none. */
export const introspectKey = async (
  { tx, params, parents, body, deps, emit }: IntrospectCall,
  ip: string | undefined,
): Promise<TokenIntrospection> => {
  const [, id = "", secret = ""] = /^(key_[^:]*):(.*)$/.exec(body.token) ?? [];
  if (!wellFormed(id, secret)) return refused("invalid");
  const now = deps.clock.now();
  const row = await keys.find(tx, id, undefined, now, false);
  if (!row || row.issuer_id !== params.issuer_id) return refused("not_found");
  const mac = deps.secrets.macOf(id, secret);
  const current = timingSafeEqual(mac, row.secret_mac);
  if (!current && !isPrevious(row, mac, now)) return refused("invalid");
  if (row.shown_status !== "active") return refused(row.shown_status);
  if (parents.issuer?.status !== "active") return refused("suspended");
  const admitted = row.ip_allowlist.length === 0 || row.ip_allowlist.some((range) => ip && isWithin(ip, range));
  if (!admitted) return refused("ip_not_allowed");

  await store.touchKey(tx, id, current ? "last_used_at" : "previous_last_used_at", now);
  const { issuer_id, org_id, scopes } = row;
  emit("api-key.verified", { id, key_id: id, issuer_id, org_id });
  return {
    active: true,
    ...{ type: "api_key", key_id: id, user_id: null, agent_id: null, client_id: null, issuer_id },
    ...{ accounts: [], organizations: [{ org_id, scopes }] },
  };
};

const isPrevious = (row: keys.ApiKeyRow, mac: Buffer, now: number): boolean =>
  row.previous_mac !== null && (row.previous_expires_at ?? 0) > now && timingSafeEqual(mac, row.previous_mac);
