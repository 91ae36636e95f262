import type { JSONWebKeySet } from "jose";
import { LRUCache } from "lru-cache";
import type { Clock } from "../../domain/clock.ts";
import type { Outgoing } from "../../outgoing/outgoing.ts";

/** The key sets at the addresses that clients name (`jwks_uri`). */
export interface RemoteKeys {
  /**
   * The set as it is known, or as it is now: `afresh` where the known one lacks a key. It is asked for at most once a minute then.
   *
   * @throws {Error} saying why there is none.
   */
  get(uri: string, afresh: boolean): Promise<JSONWebKeySet>;
}

interface Known {
  keys: JSONWebKeySet;
  at: number;
}

const freshMs = 10 * 60_000;
const pauseMs = 60_000;

/** Asks through the guard, so that no address of a private network is reached this way, and once for all that wait. */
export const createRemoteKeys = (outgoing: Pick<Outgoing, "send">, clock: Clock, max = 1000): RemoteKeys => {
  const known = new LRUCache<string, Known>({ max });
  const failed = new LRUCache<string, { error: Error; at: number }>({ max });
  const underWay = new Map<string, Promise<JSONWebKeySet>>();

  const ask = async (uri: string): Promise<JSONWebKeySet> => {
    const headers = { accept: "application/jwk-set+json, application/json" };
    const { status, body } = await outgoing.send(uri, { method: "GET", headers });
    if (status !== 200) throw new Error(`${uri} answers with ${status}.`);
    const keys: unknown = JSON.parse(body.toString("utf8"));
    if (!isKeySet(keys)) throw new Error(`${uri} has no JWK set.`);
    known.set(uri, { keys, at: clock.now() });
    failed.delete(uri);
    return keys;
  };

  const askOnce = (uri: string): Promise<JSONWebKeySet> => {
    const asked =
      underWay.get(uri) ??
      ask(uri)
        .catch((error: Error) => {
          failed.set(uri, { error, at: clock.now() });
          throw error;
        })
        .finally(() => underWay.delete(uri));
    underWay.set(uri, asked);
    return asked;
  };

  return {
    get: async (uri, afresh) => {
      const now = clock.now();
      const found = known.get(uri);
      if (found && now - found.at < (afresh ? pauseMs : freshMs)) return found.keys;
      const fault = failed.get(uri);
      if (fault && now - fault.at < pauseMs) throw fault.error;
      return askOnce(uri);
    },
  };
};

const isKeySet = (value: unknown): value is JSONWebKeySet => {
  const { keys } = Object(value) as { keys?: unknown };
  return Array.isArray(keys) && keys.every((key) => typeof key === "object" && key !== null);
};
