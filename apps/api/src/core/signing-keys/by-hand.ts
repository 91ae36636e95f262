import type { Database } from "../../db/open.ts";
import type { Deps } from "../../deps.ts";
import { OperatorError } from "../../domain/operator-error.ts";
import { appendEvents } from "../../events/append.ts";
import { makeSigningKey, type SigningAlgorithm, type SigningKeyRow } from "../../keys/signing-keys.ts";
import { announce, replaceNow } from "./rotate.ts";
import { noticeMs } from "./schedule.ts";
import * as store from "./store.ts";

/** A key that signs from a time on, or since now in the place of another. */
export interface Rotated {
  alg: SigningAlgorithm;
  kid: string;
  signsAt: number;
  /** The one that has signed until now. */
  replaced: string | undefined;
}

/** The operator's way to begin a rotation: the next keys are published, and sign a day later. A rotation under way goes on. */
export const beginRotation = async (
  database: Database,
  deps: Deps,
  { issuerId }: { issuerId: string },
): Promise<Rotated[]> => {
  const accountId = await accountOf(database, issuerId);
  const now = deps.clock.now();
  await announce(database, deps, { before: now + 1, signsAt: now + noticeMs, issuerId });
  const keys = await currentOf(database, accountId, issuerId);
  return keys
    .filter(({ status }) => status === "next")
    .map(({ alg, kid, signs_at }) => ({ alg, kid, signsAt: signs_at ?? now, replaced: undefined }));
};

/** The operator's way in an emergency: new keys sign as soon as this returns. */
export const rotateNow = async (
  database: Database,
  deps: Deps,
  { issuerId, epoch }: { issuerId: string; epoch: number },
): Promise<Rotated[]> => {
  const accountId = await accountOf(database, issuerId);
  const algs = new Set((await currentOf(database, accountId, issuerId)).map(({ alg }) => alg));
  const keys: SigningKeyRow[] = [];
  for (const alg of algs) keys.push(await makeSigningKey(deps, issuerId, alg));
  const now = deps.clock.now();
  const { retired } = await database.transaction(accountId, async (tx) => {
    const done = await replaceNow(tx, issuerId, keys, now);
    const origin = { source: "core", trigger: "issuers.rotateKeys", trace: deps.ids.make("request"), epoch } as const;
    await appendEvents(tx, done.events, { ...origin, auth: { type: "system" } }, deps.ids);
    return done;
  });
  return keys.map(({ alg, kid }) => ({
    ...{ alg, kid, signsAt: now },
    replaced: retired.find((one) => one.alg === alg)?.kid,
  }));
};

const currentOf = (database: Database, accountId: string, issuerId: string) =>
  database.transaction(accountId, (tx) => store.current(tx, issuerId));

const accountOf = async (database: Database, issuerId: string): Promise<string> => {
  const account = await database.issuerAccount(issuerId);
  const there = account && (await database.transaction(account.accountId, (tx) => store.lockIssuers(tx, [issuerId])));
  if (!account || there?.length === 0) throw new OperatorError(`There is no issuer ${issuerId}.`);
  return account.accountId;
};
