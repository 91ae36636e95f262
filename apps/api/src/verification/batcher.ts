import type pg from "pg";
import { type Item, Unavailable } from "./item.ts";
import { Lane } from "./lane.ts";
import type { Hit } from "./statement.ts";
import { Waiting } from "./waiting.ts";

export interface BatcherLimits {
  batchMax: number;
  queueMax: number;
  queueMs: number;
  /** A statement that takes longer lets a second lane help. */
  slowMs: number;
  statementTimeoutMs: number;
  silenceMs: number;
}

export interface BatcherOptions extends BatcherLimits {
  connection: pg.ClientConfig;
  parametersOf: (batch: readonly Item[]) => (string | null)[];
  log: (message: string) => void;
}

/**
 * Shares round trips: while a statement is in flight, the items that arrive wait for the next one and travel together; alone,
 * one goes at once. A second lane costs more than it gives, and so helps only where the first is slow or a whole batch waits.
 */
export class Batcher {
  statements = 0;
  items = 0;
  /** How many statements carried 1, 2, 3 to 4, 5 to 8 … items. */
  readonly sizes: Uint32Array;
  /** Items that nobody could answer for. */
  refused = 0;
  readonly #options: BatcherOptions;
  readonly #lane: Lane;
  readonly #spare: Lane;
  readonly #waiting = new Waiting<Item>();
  /** Of batches that were refused for their data. */
  readonly #halves: Item[][] = [];
  readonly #up = Promise.withResolvers<void>();
  readonly #done = Promise.withResolvers<void>();
  readonly #slowTimer: NodeJS.Timeout;
  readonly #ticker: NodeJS.Timeout;
  #slow = false;
  #tick = 0;
  #closed = false;

  constructor(options: BatcherOptions) {
    this.#options = options;
    this.sizes = new Uint32Array(powerOf(options.batchMax) + 1);
    const { connection, statementTimeoutMs, silenceMs, slowMs, log } = options;
    const lane = { connection, statementTimeoutMs, silenceTicks: ticks(silenceMs), log };
    const callbacks = { onUp: () => this.#found(), onDown: () => this.#lost() };
    this.#lane = new Lane({ ...lane, ...callbacks });
    this.#spare = new Lane({ ...lane, ...callbacks });
    this.#slowTimer = setTimeout(() => this.#help(), slowMs).unref();
    this.#ticker = setInterval(() => this.#onTick(), tickMs).unref();
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  get up(): boolean {
    return this.#lane.up || this.#spare.up;
  }

  get lanesUp(): number {
    return Number(this.#lane.up) + Number(this.#spare.up);
  }

  /** Resolves when a lane was up for the first time. */
  get ready(): Promise<void> {
    return this.#up.promise;
  }

  add(item: Item): void {
    const ahead = this.#waiting.length;
    if (this.#closed || !this.up || ahead >= this.#options.queueMax) {
      this.refused++;
      item.answer(new Unavailable(this.up ? "Too many wait." : "No lane is up."), undefined);
      return;
    }
    item.since = this.#tick;
    this.#waiting.push(item);
    if (!this.#lane.busy || this.#slow || ahead + 1 >= this.#options.batchMax) this.#send();
  }

  /** Takes nothing more, and resolves when all that it had taken is answered. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#resolveIfDone();
    await this.#done.promise;
    clearTimeout(this.#slowTimer);
    clearInterval(this.#ticker);
    await Promise.all([this.#lane.close(), this.#spare.close()]);
  }

  #send(): void {
    if (this.#lane.free) this.#sendOn(this.#lane);
    const help = !this.#lane.up || this.#slow || this.#waiting.length >= this.#options.batchMax;
    if (help && this.#spare.free) this.#sendOn(this.#spare);
  }

  #sendOn(lane: Lane): void {
    const batch = this.#halves.shift() ?? this.#take();
    if (batch.length === 0) return;
    this.statements++;
    this.items += batch.length;
    const power = powerOf(batch.length);
    this.sizes[power] = (this.sizes[power] ?? 0) + 1;
    if (lane === this.#lane) {
      this.#slow = false;
      this.#slowTimer.refresh();
    }
    lane.send(this.#options.parametersOf(batch), (error, hits) => {
      if (lane === this.#lane) this.#slow = false;
      if (error) {
        this.#failed(batch, error);
        return;
      }
      // The next batch first, then the answers: the database works while they are written.
      this.#send();
      answerAll(batch, hits);
      this.#resolveIfDone();
    });
  }

  #take(): Item[] {
    const batch: Item[] = [];
    while (batch.length < this.#options.batchMax) {
      const item = this.#waiting.shift();
      if (!item) break;
      if (!item.gone()) batch.push(item);
    }
    return batch;
  }

  /** Nothing of the batch was written. Where its data is to blame, it is halved until the one at fault is alone. */
  #failed(batch: Item[], error: Error): void {
    const data = isAboutData(error);
    const halve = data && batch.length > 1;
    if (halve) this.#halves.push(batch.slice(0, batch.length >> 1), batch.slice(batch.length >> 1));
    this.#send();
    if (halve) return;
    const reason = data || error instanceof Unavailable ? error : new Unavailable(error.message, { cause: error });
    this.refused += batch.length;
    for (const item of batch) item.answer(reason, undefined);
    this.#resolveIfDone();
  }

  #resolveIfDone(): void {
    const idle = !this.#lane.busy && !this.#spare.busy && this.#halves.length === 0 && this.#waiting.length === 0;
    if (this.#closed && idle) this.#done.resolve();
  }

  #help(): void {
    if (!this.#lane.busy) return;
    this.#slow = true;
    this.#send();
  }

  #found(): void {
    this.#up.resolve();
    this.#send();
  }

  #lost(): void {
    if (this.up) this.#send();
    else this.#refuseAll();
  }

  #refuseAll(): void {
    const left = this.#halves.splice(0).flat();
    for (let item = this.#waiting.shift(); item; item = this.#waiting.shift()) left.push(item);
    this.refused += left.length;
    for (const item of left) item.answer(new Unavailable("No lane is up."), undefined);
  }

  #onTick(): void {
    this.#tick++;
    this.#lane.tick();
    this.#spare.tick();
    const oldest = this.#tick - ticks(this.#options.queueMs);
    for (let item = this.#waiting.first; item && item.since < oldest; item = this.#waiting.first) {
      this.#waiting.shift();
      this.refused++;
      item.answer(new Unavailable("It waited too long."), undefined);
    }
    this.#resolveIfDone();
  }
}

/** Waits are counted in ticks, not by a clock: a process that stood still finds its answers first, and then ticks. */
const tickMs = 100;
const ticks = (ms: number): number => Math.ceil(ms / tickMs);

/** The least power of two that is no less. */
const powerOf = (length: number): number => 32 - Math.clz32(length - 1);

const answerAll = (batch: readonly Item[], hits: readonly Hit[]): void => {
  const open: (Item | undefined)[] = [...batch];
  for (const hit of hits) {
    const at = Number(hit[0]) - 1;
    open[at]?.answer(undefined, hit);
    open[at] = undefined;
  }
  if (hits.length < batch.length) for (const item of open) item?.answer(undefined, undefined);
};

/** Classes 22 (data exception) and 23 (integrity constraint violation). */
const isAboutData = (error: Error): boolean =>
  "code" in error && typeof error.code === "string" && /^2[23]...$/.test(error.code);
