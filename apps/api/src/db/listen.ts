import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { connect } from "./connect.ts";

/** Messages may be missed between `disconnected` and the next `connected`, and at no other time. */
export interface Listening {
  message(payload: string): void;
  connected(): void;
  disconnected(): void;
}
export interface Listener {
  close(): Promise<void>;
}

export interface ListenerTimes {
  firstRetryMs: number;
  lastRetryMs: number;
  heartbeatMs: number;
  patienceMs: number;
}

const usualTimes: ListenerTimes = { firstRetryMs: 50, lastRetryMs: 5000, heartbeatMs: 5000, patienceMs: 3000 };

/**
 * Listens to a channel on a connection of its own, and connects anew whenever that breaks. The connection must name the server
 * itself: a pooler in transaction mode loses LISTEN. Resolves when it listens.
 *
 * @throws {OperatorError} where the first connection cannot be made.
 */
export const createListener = async (
  connection: pg.ClientConfig,
  channel: string,
  on: Listening,
  times: ListenerTimes = usualTimes,
): Promise<Listener> => {
  const closing = new AbortController();
  const open = () => listen(connection, channel, on, closing.signal);
  let session: Session | undefined = await open();
  on.connected();

  const keepUp = async (): Promise<void> => {
    while (session) {
      await untilLost(session, times);
      if (!closing.signal.aborted) on.disconnected();
      await session.client.end();
      session = await reopen(open, closing.signal, times);
      if (session) on.connected();
    }
  };
  const done = keepUp();

  return {
    close: () => {
      closing.abort();
      return done;
    },
  };
};

interface Session {
  client: pg.Client;
  /** Aborted when the connection has ended or the listener is closed. */
  over: AbortSignal;
}

const listen = async (
  connection: pg.ClientConfig,
  channel: string,
  on: Listening,
  closing: AbortSignal,
): Promise<Session> => {
  const client = await connect({ ...connection, keepAlive: true });
  const ended = new AbortController();
  client.once("end", () => ended.abort());
  client.on("notification", ({ payload }) => on.message(payload ?? ""));
  try {
    await client.query(`listen ${pg.escapeIdentifier(channel)}`);
  } catch (error) {
    await client.end();
    throw error;
  }
  return { client, over: AbortSignal.any([closing, ended.signal]) };
};

/** A peer that vanished sends no end: a session that leaves a question unanswered counts as lost too. */
const untilLost = async ({ client, over }: Session, { heartbeatMs, patienceMs }: ListenerTimes): Promise<void> => {
  while (await elapsed(heartbeatMs, over)) {
    const answered = client.query("select 1").then(
      () => true,
      () => false,
    );
    const silent = elapsed(patienceMs, over).then(() => false);
    if (!(await Promise.race([answered, silent]))) return;
  }
};

const reopen = async (
  open: () => Promise<Session>,
  closing: AbortSignal,
  { firstRetryMs, lastRetryMs }: ListenerTimes,
): Promise<Session | undefined> => {
  for (let waitMs = firstRetryMs; !closing.aborted; waitMs = Math.min(waitMs * 2, lastRetryMs)) {
    const session = await open().catch(() => undefined);
    if (session) return session;
    await elapsed(waitMs, closing);
  }
  return undefined;
};

/** True after the time, false as soon as the signal is aborted. */
const elapsed = (ms: number, signal: AbortSignal): Promise<boolean> =>
  delay(ms, true, { signal, ref: false }).catch(() => false);
