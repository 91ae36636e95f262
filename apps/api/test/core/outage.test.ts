import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { expect, inject, test, vi } from "vitest";
import { createWorld } from "../harness/world.ts";

const world = await createWorld();

/** As the cluster's own, from outside of the database. */
const outside = async (text: string) => {
  const client = new pg.Client({ ...inject("cluster"), database: "postgres" });
  await client.connect();
  await client.query(text);
  await client.end();
};
const { database: name = "" } = world.connection;
const letIn = (allowed: boolean) => outside(`alter database ${name} with allow_connections ${allowed}`);
const throwOut = () => outside(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`);

test("while the database lets nobody in, every route says so and when to come back; then all is as before", async () => {
  const { api } = await world.tenant();
  expect((await api.get("issuers")).status).toBe(200);
  await letIn(false);
  await throwOut();
  for (const path of ["/v1/me", "issuers", "/readyz"]) {
    const refused = async () => {
      const given = await api.get(path);
      expect(given.status, path).toBe(503);
      return given;
    };
    // A pooler waits a while for the database before it gives up.
    const answer = await vi.waitFor(refused, { timeout: 10_000 });
    expect(answer.headers.get("retry-after")).toMatch(/^\d+$/);
    expect(answer.body).toMatchObject({ error: "temporarily_unavailable", retryable: true });
  }
  expect((await api.get("/healthz")).status).toBe(200);
  await letIn(true);
  await vi.waitFor(async () => expect((await api.get("issuers")).status).toBe(200), { timeout: 10_000 });
  expect((await api.post("issuers", { name: "after" })).status).toBe(201);
});

test("a connection that breaks between two statements of a transaction fails that transaction, and nothing else", async () => {
  const { api, accountId } = await world.tenant();
  const broken = world.server.database.transaction(accountId, async (tx) => {
    await tx.from("issuers").select("id").execute();
    await throwOut();
    // Long enough to be told of the end while no statement runs.
    await delay(100);
    await tx.from("issuers").select("id").execute();
  });
  await expect(broken).rejects.toThrow();
  await vi.waitFor(async () => expect((await api.get("issuers")).status).toBe(200), { timeout: 10_000 });
});
