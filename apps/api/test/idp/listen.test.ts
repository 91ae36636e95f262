import { type AddressInfo, connect as connectSocket, createServer, type Socket } from "node:net";
import type pg from "pg";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createListener, type Listening } from "../../src/db/listen.ts";
import { createWorld, type World } from "./support.ts";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const soon = { timeout: 2000, interval: 1 };
const quick = { firstRetryMs: 5, lastRetryMs: 50, heartbeatMs: 20, patienceMs: 50 };
const say = (channel: string, payload: string) => world.query("select pg_notify($1, $2)", [channel, payload]);

const recorder = (): { heard: string[]; on: Listening } => {
  const heard: string[] = [];
  return {
    heard,
    on: {
      message: (payload) => void heard.push(payload),
      connected: () => void heard.push("connected"),
      disconnected: () => void heard.push("disconnected"),
    },
  };
};

test("a listener hears what is said on its channel, in order, and nothing else", async () => {
  const { heard, on } = recorder();
  const listener = await createListener(world.connection, 'Odd "channel"', on);
  await say("other", "not this");
  for (const payload of ["one", "two", ""]) await say('Odd "channel"', payload);
  await vi.waitFor(() => expect(heard).toEqual(["connected", "one", "two", ""]), soon);
  await listener.close();
  await say('Odd "channel"', "late");
  expect(heard).not.toContain("late");
});

test("a listener whose connection is killed says so and listens again", async () => {
  const { heard, on } = recorder();
  const listener = await createListener(world.connection, "killed", on, { ...quick, patienceMs: 5000 });
  for (const round of [1, 2, 3]) {
    await world.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
    );
    await vi.waitFor(() => expect(heard.filter((one) => one === "connected")).toHaveLength(round + 1), soon);
    await say("killed", `${round}`);
    await vi.waitFor(() => expect(heard.at(-1)).toBe(`${round}`), soon);
  }
  expect(heard.slice(0, 4)).toEqual(["connected", "disconnected", "connected", "1"]);
  await listener.close();
});

test("a listener whose peer falls silent without an end connects anew", async () => {
  const proxy = await startProxy(world.connection);
  const { heard, on } = recorder();
  const listener = await createListener(
    { ...world.connection, host: "127.0.0.1", port: proxy.port },
    "silent",
    on,
    quick,
  );
  proxy.silence();
  await vi.waitFor(() => expect(heard).toEqual(["connected", "disconnected", "connected"]), soon);
  await say("silent", "again");
  await vi.waitFor(() => expect(heard.at(-1)).toBe("again"), soon);
  await listener.close();
  await proxy.close();
});

test("a listener that cannot connect at first says what to do, and one that is closed while it tries ends", async () => {
  const nowhere = { ...world.connection, host: "127.0.0.1", port: 1 };
  await expect(createListener(nowhere, "x", recorder().on)).rejects.toThrow(
    "The database at 127.0.0.1:1 is not reachable",
  );

  const proxy = await startProxy(world.connection);
  const { heard, on } = recorder();
  const listener = await createListener({ ...world.connection, host: "127.0.0.1", port: proxy.port }, "x", on, quick);
  await proxy.close();
  await vi.waitFor(() => expect(heard).toEqual(["connected", "disconnected"]), soon);
  await listener.close();
  expect(heard).toEqual(["connected", "disconnected"]);
});

/** Stands between a client and the socket of PostgreSQL, and can fall silent for the connections that there are. */
const startProxy = async ({ host, port }: pg.ClientConfig) => {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connectSocket(`${host}/.s.PGSQL.${port}`);
    for (const socket of [near, far]) {
      sockets.add(socket.on("error", () => {}).on("close", () => sockets.delete(socket)));
    }
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    silence: () => {
      for (const socket of sockets) socket.unpipe().pause();
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
};
