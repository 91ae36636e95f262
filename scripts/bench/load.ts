import { connect, type Socket } from "node:net";

/** A process of its own: keep-alive connections in a closed loop, written and read by hand so that it costs little. */

export interface Target {
  port: number;
  connections: number;
  /** Whole requests, sent in turn. */
  requests: string[];
}
export type Order = { open: Target; name: string } | { run: string; ms: number };
export interface Result {
  answers: number;
  errors: number;
  seconds: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
}

class Connection {
  readonly #socket: Socket;
  readonly #loop: Loop;
  #pending: Buffer = Buffer.alloc(0);
  #sentAt = 0;

  constructor(port: number, loop: Loop) {
    this.#loop = loop;
    this.#socket = connect(port, "127.0.0.1").setNoDelay(true);
    this.#socket.on("data", (data) => this.#receive(data));
    this.#socket.on("error", () => loop.lost());
    this.#socket.on("close", () => loop.lost());
  }

  send(): void {
    this.#sentAt = performance.now();
    this.#socket.write(this.#loop.next());
  }

  #receive(data: Buffer): void {
    const all = this.#pending.length > 0 ? Buffer.concat([this.#pending, data]) : data;
    const complete = all.length === this.#loop.lengthOf(all);
    this.#pending = complete ? Buffer.alloc(0) : all;
    if (complete && this.#loop.answered(all, performance.now() - this.#sentAt)) this.send();
  }
}

class Loop {
  readonly #requests: Buffer[];
  readonly #connections: Connection[];
  #turn = 0;
  #latencies: number[] = [];
  #errors = 0;
  #running = 0;
  #startedAt = 0;
  #until = 0;
  #usual = 0;

  constructor({ port, connections, requests }: Target) {
    this.#requests = requests.map((text) => Buffer.from(text, "latin1"));
    this.#connections = Array.from({ length: connections }, () => new Connection(port, this));
  }

  run(ms: number): void {
    this.#latencies = [];
    this.#errors = 0;
    this.#startedAt = performance.now();
    this.#until = this.#startedAt + ms;
    this.#running = this.#connections.length;
    for (const connection of this.#connections) connection.send();
  }

  next(): Buffer {
    this.#turn = (this.#turn + 1) % this.#requests.length;
    return this.#requests[this.#turn] ?? Buffer.alloc(0);
  }

  /** The length of the answer that begins with this text; nearly all have the length of the first. */
  lengthOf(answer: Buffer): number {
    if (answer.length === this.#usual) return this.#usual;
    const end = answer.indexOf("\r\n\r\n");
    if (end === -1) return Number.NaN;
    const length = /content-length: *(\d+)/i.exec(answer.toString("latin1", 0, end))?.[1] ?? 0;
    this.#usual = end + 4 + Number(length);
    return this.#usual;
  }

  /** Whether the connection goes on. */
  answered(answer: Buffer, ms: number): boolean {
    if (answer.toString("latin1", 9, 11) === "20") this.#latencies.push(ms);
    else this.#errors++;
    if (performance.now() < this.#until) return true;
    if (--this.#running === 0) this.#report();
    return false;
  }

  lost(): void {
    this.#errors++;
  }

  #report(): void {
    const sorted = Float64Array.from(this.#latencies).sort();
    const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? 0;
    const seconds = (performance.now() - this.#startedAt) / 1000;
    const result: Result = { answers: sorted.length, errors: this.#errors, seconds, p50: at(0.5), p99: at(0.99) };
    process.send?.(result);
  }
}

const loops = new Map<string, Loop>();
process.on("message", (order: Order) => {
  if ("run" in order) loops.get(order.run)?.run(order.ms);
  else loops.set(order.name, new Loop(order.open));
});
process.on("disconnect", () => process.exit(0));
