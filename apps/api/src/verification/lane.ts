import pg from "pg";
import { Unavailable } from "./item.ts";
import { Run } from "./run.ts";
import { type Hit, sessionSql } from "./statement.ts";

export interface LaneOptions {
  connection: pg.ClientConfig;
  statementTimeoutMs: number;
  /** A statement without an answer for so many ticks: the connection is dead, whatever it says. */
  silenceTicks: number;
  onUp: () => void;
  onDown: () => void;
  log: (message: string) => void;
}

type Answered = (error: Error | undefined, hits: readonly Hit[]) => void;

/** One connection that runs the statement, one at a time, and comes back by itself when it is lost. */
export class Lane {
  readonly #options: LaneOptions;
  #client: pg.Client | undefined;
  #up = false;
  #inFlight: Answered | undefined;
  #ticks = 0;
  #retryMs = retryMs;
  #retry: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: LaneOptions) {
    this.#options = options;
    this.#connect();
  }

  get up(): boolean {
    return this.#up;
  }

  get busy(): boolean {
    return this.#inFlight !== undefined;
  }

  get free(): boolean {
    return this.#up && this.#inFlight === undefined;
  }

  /** Calls back exactly once. */
  send(parameters: (string | null)[], answered: Answered): void {
    const client = this.#client;
    if (!client || !this.free) {
      answered(new Unavailable("The lane is not free."), []);
      return;
    }
    this.#inFlight = answered;
    this.#ticks = 0;
    const run = new Run(parameters, (error, hits) => {
      if (error) this.#options.log(`verification: ${error.message}`);
      if (error && !survives(error)) this.#down(client, error);
      if (this.#client !== client) return;
      this.#inFlight = undefined;
      answered(error, hits);
    });
    client.query(run);
  }

  /** To be called from time to time: gives up a connection that has gone silent, or that does not come about. */
  tick(): void {
    const client = this.#client;
    if (!client || this.free) return;
    if (++this.#ticks > (this.#up ? this.#options.silenceTicks : openingTicks))
      this.#down(client, new Error("no answer in time"));
  }

  async close(): Promise<void> {
    clearTimeout(this.#retry);
    const client = this.#client;
    this.#client = undefined;
    this.#up = false;
    this.#closed = true;
    await client?.end();
  }

  #connect(): void {
    const { connection, statementTimeoutMs } = this.#options;
    const client = new pg.Client({ connectionTimeoutMillis: connectTimeoutMs, keepAlive: true, ...connection });
    this.#client = client;
    this.#ticks = 0;
    client.on("error", (error) => this.#down(client, error));
    client.on("end", () => this.#down(client, new Error("the connection ended")));
    const opened = client.connect().then(() => client.query(sessionSql(statementTimeoutMs)));
    opened.then(
      () => this.#opened(client),
      (error: Error) => this.#down(client, error),
    );
  }

  #opened(client: pg.Client): void {
    if (this.#client !== client) return;
    this.#up = true;
    this.#retryMs = retryMs;
    this.#options.onUp();
  }

  #down(client: pg.Client, reason: Error): void {
    if (this.#client !== client) return;
    if (this.#up || this.#retryMs === retryMs)
      this.#options.log(`verification: a connection is lost: ${reason.message}`);
    this.#client = undefined;
    this.#up = false;
    // With a statement in flight this is the hard end of the socket.
    client.end(() => {});
    const answered = this.#inFlight;
    this.#inFlight = undefined;
    // Whether the statement was done is not known, and so it is not sent again.
    answered?.(new Unavailable("The connection to the database was lost."), []);
    this.#options.onDown();
    if (this.#closed) return;
    this.#retry = setTimeout(() => this.#connect(), this.#retryMs);
    this.#retryMs = Math.min(retryMsMax, this.#retryMs * 2);
  }
}

const connectTimeoutMs = 2000;
const openingTicks = 50;
const retryMs = 50;
const retryMsMax = 1000;

/** Refused for its data, a conflict, a lock, a timeout: the connection is as good as before. */
const survives = (error: Error): boolean =>
  "code" in error && typeof error.code === "string" && /^(2[23]...|40...|55P03|57014)$/.test(error.code);
