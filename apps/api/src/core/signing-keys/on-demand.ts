import type { Tx } from "../../db/tx.ts";
import type { Deps } from "../../deps.ts";
import { makeSigningKey, type SigningAlgorithm, type SigningKeyRow } from "../../keys/signing-keys.ts";
import { raiseVersion } from "../issuers/version.ts";
import { insertActive } from "./store.ts";

/** A key for the algorithm that a client asks for, where issuers are not born with one; made before any transaction. */
export const keyAskedFor = (
  deps: Pick<Deps, "clock" | "keys">,
  issuerId: string,
  alg: SigningAlgorithm | null | undefined,
): Promise<SigningKeyRow | undefined> =>
  alg === "RS256" ? makeSigningKey(deps, issuerId, alg) : Promise.resolve(undefined);

/** Adds it, where the issuer has none yet. */
export const addAskedFor = async (tx: Tx, key: SigningKeyRow | undefined): Promise<void> => {
  if (key && (await insertActive(tx, [key])).length > 0) await raiseVersion(tx, key.issuer_id);
};
