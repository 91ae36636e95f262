import type { Hit, Presented } from "./statement.ts";

/** One credential on its way through a batch. */
export interface Item extends Presented {
  /** The batcher's own: the tick at which it began to wait. */
  since: number;
  /** Whether nobody waits for the answer any more: then it is not verified. */
  gone(): boolean;
  /** Called once: with an error, or with what the key is, or with neither where it is refused. */
  answer(error: Error | undefined, hit: Hit | undefined): void;
}

/** What a good key is. */
export interface Verified {
  keyId: string;
  accountId: string;
  issuerId: string;
  orgId: string;
  scopes: string[];
  /** It is an account's: of an organization of the root issuer. */
  account: boolean;
}

/** Nobody can say now whether a credential is good: it was neither accepted nor refused. */
export class Unavailable extends Error {
  override name = "Unavailable";
  /** For who reads it from an error: without it @fastify/basic-auth would make a refusal of this, 401. */
  readonly statusCode = 503;
}
