import type { Database } from "../../db/open.ts";
import type { Tx } from "../../db/tx.ts";
import type { Deps } from "../../deps.ts";
import type { NewEvent } from "../../events/append.ts";
import { makeSigningKey, type SigningAlgorithm, type SigningKeyRow } from "../../keys/signing-keys.ts";
import { raiseVersion } from "../issuers/version.ts";
import { noticeMs } from "./schedule.ts";
import * as store from "./store.ts";

// A key is next, active, retired and gone. Each step is one transaction that finds by itself what is due, so that neither a crash between
// two nor a second worker changes anything, and what was missed while nobody worked is made up for.

/** Which keys are to be followed by others, and from when on. */
export interface Announcement {
  /** Keys that sign since before then are to be followed by others. */
  before: number;
  signsAt: number;
  /** Null for all. */
  issuerId: string | null;
}

/** Makes and publishes the next keys of a part of the issuers, those behind a place; answers with the last place, or that none was left. */
export const announce = async (
  database: Pick<Database, "operator">,
  deps: Pick<Deps, "clock" | "keys">,
  { before, signsAt, issuerId }: Announcement,
  after?: store.KeyPlace,
): Promise<store.KeyPlace | undefined> => {
  const places = await database.operator((as) => store.withoutNext(as(""), before, issuerId, after));
  if (places.length === 0) return undefined;
  const keys: store.NewKey[] = [];
  // One after the other: the threads that make keys verify passwords too.
  for (const { account_id, issuer_id, alg } of places) {
    keys.push({ ...(await makeSigningKey(deps, issuer_id, alg)), account_id });
  }
  // Nobody gets less than the notice, however late the job is.
  const at = Math.max(signsAt, deps.clock.now() + noticeMs);
  await database.operator((as) => store.publish(as(""), keys, at, before));
  return places.at(-1);
};

/** The published keys of these issuers whose time has come sign from here on. */
export const promote = async (tx: Tx, issuerIds: readonly string[], now: number): Promise<NewEvent[]> => {
  await store.lockIssuers(tx, issuerIds);
  const retired = await store.retireFollowed(tx, issuerIds, now);
  const activated = await store.activate(tx, issuerIds, now);
  await raiseVersion(tx, ...new Set(activated.map(({ issuer_id }) => issuer_id)));
  return eventsOf(tx, activated, retired);
};

/** In an emergency: these new keys sign at once, and what was published to sign later never does. */
export const replaceNow = async (
  tx: Tx,
  issuerId: string,
  keys: readonly SigningKeyRow[],
  now: number,
): Promise<{ events: NewEvent[]; retired: Told[] }> => {
  await store.lockIssuers(tx, [issuerId]);
  const algs = keys.map(({ alg }) => alg);
  await store.removeNext(tx, issuerId, algs);
  const retired = await store.retire(tx, issuerId, algs, now);
  const activated = await store.insertActive(tx, keys);
  await raiseVersion(tx, issuerId);
  return { events: eventsOf(tx, activated, retired), retired };
};

export interface Told {
  issuer_id: string;
  alg: SigningAlgorithm;
  kid: string;
}

/** One for each key that signs now; what was there before it is told as the old value. */
const eventsOf = (tx: Tx, activated: readonly (Told & { created_at: number })[], retired: readonly Told[]) =>
  activated.map(({ issuer_id, alg, kid, created_at }): NewEvent => {
    const old = retired.find((one) => one.issuer_id === issuer_id && one.alg === alg);
    return {
      type: "issuer.signing-key.rotated",
      subject: { type: "signing_key", id: kid, account_id: tx.accountId, issuer_id },
      data: {
        resource: { id: kid, account_id: tx.accountId, issuer_id, kid, alg, created_at },
        previous: { kid: old?.kid ?? null },
      },
    };
  });
