import { LRUCache } from "lru-cache";
import { issuerChanged } from "../db/channels.ts";
import type { Database } from "../db/open.ts";
import type { LiveIssuer } from "./live-issuer.ts";
import type { Runtime } from "./runtime.ts";
import { activeIssuer } from "./store.ts";

export interface Issuers {
  /** `undefined` where there is no such issuer, or it is disabled or deleted. */
  get(issuerId: string): Promise<LiveIssuer | undefined>;
  /** Forgets an issuer: what this process has changed itself need not wait for its notification. */
  drop(issuerId: string): void;
  /** How many are held now, and how many were built since the start. */
  counts(): { held: number; built: number };
  close(): Promise<void>;
}

export interface IssuersOptions extends Runtime {
  database: Pick<Database, "issuerAccount" | "transaction" | "verify" | "listen">;
  max?: number;
}

/**
 * The issuers of this process: built when they are first asked for, the least recently used of them let go. A change arrives as
 * a notification; for as long as none can arrive, every request asks the database for the version.
 */
export const createIssuers = async (options: IssuersOptions): Promise<Issuers> => {
  const { database, log, max = 500 } = options;
  const held = new LRUCache<string, LiveIssuer>({ max });
  const builds = new Map<string, Promise<LiveIssuer | undefined>>();
  let listening = false;
  let built = 0;

  const load = async (issuerId: string): Promise<LiveIssuer | undefined> => {
    const account = await database.issuerAccount(issuerId);
    if (!account?.active) return undefined;
    const stored = await database.transaction(account.accountId, (tx) => activeIssuer(tx, issuerId));
    if (!stored) return undefined;
    built += 1;
    // The provider is a fifth of the server's memory: it is loaded for the first issuer that somebody asks for.
    const { buildIssuer } = await import("./live-issuer.ts");
    return buildIssuer(options, stored);
  };

  const build = (issuerId: string): Promise<LiveIssuer | undefined> => {
    const underWay = load(issuerId)
      .then((issuer) => {
        // A change that arrived meanwhile has struck this build off: it may have read what was there before.
        if (issuer && builds.get(issuerId) === underWay) held.set(issuerId, issuer);
        return issuer;
      })
      .finally(() => {
        if (builds.get(issuerId) === underWay) builds.delete(issuerId);
      });
    builds.set(issuerId, underWay);
    return underWay;
  };

  const isLatest = async ({ id, version }: LiveIssuer): Promise<boolean> => {
    const account = await database.issuerAccount(id);
    return account?.active === true && account.version === version;
  };

  const drop = (issuerId: string): void => {
    held.delete(issuerId);
    builds.delete(issuerId);
  };

  const dropAll = (): void => {
    held.clear();
    builds.clear();
  };

  const listener = await database.listen(issuerChanged, {
    message: drop,
    connected: () => {
      // Whatever was said in between is lost.
      dropAll();
      listening = true;
    },
    disconnected: () => {
      listening = false;
      log.warn("Changes of issuers are not notified right now; until they are, every request asks for the version.");
    },
  });

  return {
    get: async (issuerId) => {
      const issuer = held.get(issuerId);
      if (issuer && (listening || (await isLatest(issuer)))) return issuer;
      return builds.get(issuerId) ?? build(issuerId);
    },
    drop,
    counts: () => ({ held: held.size, built }),
    close: async () => {
      await listener.close();
      dropAll();
    },
  };
};
