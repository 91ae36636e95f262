import { connect, type Socket } from "node:net";

/** A process of its own: requests at fixed times, whatever the answers do (an open loop), and how long each took from its time on. */
export interface PacedOrder {
  port: number;
  request: string;
  perSecond: number;
  ms: number;
}
export interface PacedResult {
  answers: number;
  errors: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
}

const CONNECTIONS = 32;
const TICK_MS = 2;

process.on("message", (order: PacedOrder) => void run(order).then((result) => process.send?.(result)));
process.on("disconnect", () => process.exit(0));

async function run({ port, request, perSecond, ms }: PacedOrder): Promise<PacedResult> {
  const bytes = Buffer.from(request, "latin1");
  const idle: Socket[] = [];
  const waiting: number[] = [];
  const underWay = new Map<Socket, number>();
  const latencies: number[] = [];
  let errors = 0;

  const send = (socket: Socket, due: number): void => {
    underWay.set(socket, due);
    socket.write(bytes);
  };
  const answered = (socket: Socket, data: Buffer): void => {
    const due = underWay.get(socket);
    if (due === undefined) return;
    if (data.toString("latin1", 9, 12) === "200") latencies.push(performance.now() - due);
    else errors++;
    underWay.delete(socket);
    const next = waiting.shift();
    if (next === undefined) idle.push(socket);
    else send(socket, next);
  };
  const sockets = Array.from({ length: CONNECTIONS }, () => {
    const socket = connect(port, "127.0.0.1").setNoDelay(true);
    socket.on("data", (data) => answered(socket, data));
    socket.on("error", () => errors++);
    socket.on("connect", () => idle.push(socket));
    return socket;
  });
  await new Promise((resolve) => setTimeout(resolve, 200));

  const startedAt = performance.now();
  let sent = 0;
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      const now = performance.now();
      for (; sent < ((now - startedAt) / 1000) * perSecond; sent++) {
        const due = startedAt + (sent / perSecond) * 1000;
        const socket = idle.pop();
        if (socket) send(socket, due);
        else waiting.push(due);
      }
      if (now - startedAt < ms) return;
      clearInterval(timer);
      resolve();
    }, TICK_MS);
  });
  // Those that are late count in full.
  for (let n = 0; n < 300 && waiting.length + underWay.size > 0; n++)
    await new Promise((resolve) => setTimeout(resolve, 100));
  for (const socket of sockets) socket.destroy();
  const sorted = Float64Array.from(latencies).sort();
  const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? 0;
  return { answers: sorted.length, errors: errors + waiting.length + underWay.size, p50: at(0.5), p99: at(0.99) };
}
