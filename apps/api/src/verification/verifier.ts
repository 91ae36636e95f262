import type pg from "pg";
import type { Deps } from "../deps.ts";
import { addressOf } from "../domain/ip.ts";
import { Batcher, type BatcherLimits } from "./batcher.ts";
import { wellFormed } from "./credentials.ts";
import type { Item, Verified } from "./item.ts";
import { type Hit, parametersOf } from "./statement.ts";

export { Unavailable, type Verified } from "./item.ts";

export interface VerifierOptions extends Partial<BatcherLimits> {
  /** Names the server itself, not a pooler: the session keeps a role and a prepared statement. */
  connection: pg.ClientConfig;
  deps: Pick<Deps, "clock" | "ids" | "secrets">;
  rootIssuerId: string;
  installationEpoch: number;
  log: (message: string) => void;
}

/** Verifies credentials against the database as it is now; no answer is remembered. */
export class Verifier {
  readonly rootIssuerId: string;
  readonly #secrets: Deps["secrets"];
  readonly #batcher: Batcher;

  constructor({ connection, deps, rootIssuerId, installationEpoch, log, ...limits }: VerifierOptions) {
    this.rootIssuerId = rootIssuerId;
    this.#secrets = deps.secrets;
    const parameters = (batch: readonly Item[]) =>
      parametersOf(batch, {
        now: deps.clock.now(),
        events: deps.ids.series("event"),
        rootIssuerId,
        epoch: installationEpoch,
        trigger: "me.get",
      });
    this.#batcher = new Batcher({ ...defaultLimits, ...limits, connection, log, parametersOf: parameters });
  }

  get statements(): number {
    return this.#batcher.statements;
  }
  get items(): number {
    return this.#batcher.items;
  }
  get waiting(): number {
    return this.#batcher.waiting;
  }
  /** Connections: two, unless one is being made anew. */
  get lanesUp(): number {
    return this.#batcher.lanesUp;
  }
  /** Resolves when the database was reached for the first time. */
  get ready(): Promise<void> {
    return this.#batcher.ready;
  }

  /** What the metrics read. */
  get counts(): Pick<Batcher, "statements" | "items" | "sizes" | "waiting" | "refused" | "lanesUp"> {
    return this.#batcher;
  }

  /** The way of the hot path: no promise, and the item is the request itself. */
  verify(item: Item): void {
    this.#batcher.add(item);
  }

  macHexOf(id: string, secret: string): string {
    return this.#secrets.macHexOf(id, secret);
  }

  /**
   * What the key is, or undefined where it is refused.
   *
   * @throws {Unavailable} where nobody can say.
   */
  async check(presented: { id: string; secret: string; ip: string; trace: string }): Promise<Verified | undefined> {
    const credential = wellFormed(presented.id, presented.secret);
    if (!credential) return undefined;
    const { id, secret } = credential;
    const hit = await new Promise<Hit | undefined>((resolve, reject) => {
      this.verify({
        id,
        mac: this.macHexOf(id, secret),
        ip: addressOf(presented.ip),
        callerIp: undefined,
        trace: presented.trace,
        since: 0,
        gone: () => false,
        answer: (error, found) => (error ? reject(error) : resolve(found)),
      });
    });
    if (!hit) return undefined;
    const [, accountId, issuerId, orgId, scopes] = hit;
    return { keyId: id, accountId, issuerId, orgId, scopes: textsOf(scopes), account: issuerId === this.rootIssuerId };
  }

  /** Takes nothing more, lets what is in flight end, and closes the connections. */
  async close(): Promise<void> {
    await this.#batcher.close();
  }
}

const defaultLimits: BatcherLimits = {
  batchMax: 256,
  queueMax: 2048,
  queueMs: 1000,
  slowMs: 20,
  statementTimeoutMs: 2000,
  silenceMs: 3000,
};

const textsOf = (json: string): string[] => {
  const values: unknown = JSON.parse(json);
  return Array.isArray(values) ? values.map(String) : [];
};
