import { once } from "node:events";
import { createServer } from "node:net";
import pg from "pg";
import { expect, onTestFinished, test, vi } from "vitest";
import { type ApiClient, apiClient } from "../harness/client.ts";
import { cloneDatabase } from "../harness/server.ts";
import { startReceiver } from "../webhooks/receiver.ts";
import { authpi, freePort, type Program } from "./support.ts";

const exports = /^export AUTHPI_KEY_ID=(key_[0-9a-f]{32})\nexport AUTHPI_KEY_SECRET=(\S+)\n$/;

interface Installation {
  env: Record<string, string>;
  sql<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>;
  connect(): Promise<pg.Client>;
}

/** A database that is set up, and the settings of who works with it. */
const installation = async (): Promise<Installation> => {
  const { connection, drop } = await cloneDatabase();
  const { user = "", database = "", host = "", port } = connection;
  const url = `postgres://${user}@localhost/${database}?host=${encodeURIComponent(host)}&port=${port}`;
  const pool = new pg.Pool({ ...connection, max: 2 });
  pool.on("error", () => {});
  onTestFinished(async () => {
    await pool.end();
    await drop();
  });
  // The key with which the template was made.
  const secretKey = Buffer.alloc(32, "a key for tests alone").toString("base64");
  return {
    env: { DATABASE_URL: url, AUTHPI_SECRET_KEY: secretKey, AUTHPI_LOG_LEVEL: "warn" },
    sql: async (text, values) => (await pool.query(text, values)).rows,
    connect: async () => {
      const client = new pg.Client(connection);
      client.on("error", () => {});
      await client.connect();
      onTestFinished(() => client.end());
      return client;
    },
  };
};

const serverOf = async ({ env }: Installation, more: Record<string, string> = {}): Promise<ApiClient> => {
  const port = await freePort();
  const server = authpi(["serve"], { ...env, AUTHPI_PORT: String(port), AUTHPI_JOBS: "off", ...more });
  await server.prints(/^AuthPI is ready/m);
  const accounts = authpi(["accounts", "list"], env);
  await accounts.ended;
  const accountId = /acc_[0-9a-z]{25}/.exec(accounts.stdout())?.[0] ?? "";
  const keys = authpi(["keys", "create", "--account", accountId, "--scopes", "*:**"], env);
  await keys.ended;
  const [, id = "", secret = ""] = exports.exec(keys.stdout()) ?? [];
  return apiClient(`http://127.0.0.1:${port}`, { id, secret }, accountId);
};

const workerOf = async ({ env }: Installation, more: Record<string, string> = {}): Promise<Program> => {
  const worker = authpi(["worker"], { ...env, ...more });
  await worker.prints(/^AuthPI's worker is ready$/m);
  return worker;
};

/** An organization with a member, by whose rows one sees how far its deletion has come. */
const organizationOf = async (api: ApiClient): Promise<{ path: string; orgId: string }> => {
  const issuer = `issuers/${(await api.post("issuers", { name: "acme" })).body.data.id}`;
  const user = await api.post(`${issuer}/users`, { username_type: "unique-name", username: "ada" });
  const orgId: string = (await api.post(`${issuer}/organizations`, { name: "Globex" })).body.data.id;
  const path = `${issuer}/organizations/${orgId}`;
  const member = await api.post(`${path}/members`, { member_id: user.body.data.id, scopes: ["read"] });
  expect(member.status).toBe(201);
  return { path, orgId };
};
const isGone = async ({ sql }: Installation, orgId: string): Promise<boolean> =>
  (await sql("select id from organizations where id = $1", [orgId])).length === 0;

/** Whoever deletes the organization's member waits until this is released; resolves to that when somebody does. */
const holdMember = async (place: Installation, orgId: string, deletion: () => Promise<unknown>) => {
  const holder = await place.connect();
  await holder.query("begin");
  await holder.query("select from members where org_id = $1 for update", [orgId]);
  await deletion();
  const waiting = `select count(*)::int as n from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock' and query like 'delete from "members"%'`;
  await vi.waitFor(async () => expect((await place.sql(waiting))[0]?.n).toBe(1), 20_000);
  return () => holder.query("rollback");
};

const stopped = async (program: Program, signal: NodeJS.Signals) => {
  program.child.kill(signal);
  return program.ended;
};

test("a worker does the jobs of a server that does none, counts them, and stops when it is asked to", {
  timeout: 60_000,
}, async () => {
  const place = await installation();
  const [serverMetrics, workerMetrics] = [await freePort(), await freePort()];
  const api = await serverOf(place, { AUTHPI_METRICS_PORT: String(serverMetrics) });
  const { path, orgId } = await organizationOf(api);
  expect((await api.delete(path)).status).toBe(204);
  const before = authpi(["jobs"], place.env);
  expect(await before.ended).toEqual({ code: 0, signal: null });
  expect(before.stdout()).toMatch(/^queue +ready +later +active +failed$/m);
  expect(before.stdout()).toMatch(/^organizations\.purge +1 +0 +0 +0$/m);
  expect(await isGone(place, orgId)).toBe(false);

  const worker = await workerOf(place, { AUTHPI_METRICS_PORT: String(workerMetrics) });
  await vi.waitFor(async () => expect(await isGone(place, orgId)).toBe(true), { timeout: 20_000, interval: 100 });
  await vi.waitFor(async () => {
    const after = authpi(["jobs"], place.env);
    await after.ended;
    expect(after.stdout()).toMatch(/^organizations\.purge +0 +0 +0 +0$/m);
  }, 10_000);

  const scrape = async (port: number) => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  expect(await scrape(serverMetrics)).toMatch(
    /^authpi_http_requests_total\{operation="issuers.create",status="201"\} 1$/m,
  );
  expect(await scrape(workerMetrics)).toMatch(/^authpi_jobs\{queue="organizations.purge",state="ready"\} 0$/m);

  // Asked to stop in the middle of a job, it ends that first.
  const second = await organizationOf(api);
  const release = await holdMember(place, second.orgId, () => api.delete(second.path));
  worker.child.kill("SIGTERM");
  await release();
  expect(await worker.ended).toEqual({ code: 0, signal: null });
  expect(await isGone(place, second.orgId)).toBe(true);
  expect(worker.stderr()).toBe("");
});

test("two servers and a worker on one database are one installation", { timeout: 90_000 }, async () => {
  const place = await installation();
  const one = await serverOf(place);
  const other = await serverOf(place);
  const receiver = await startReceiver();
  await workerOf(place);
  const webhook = { name: "all", url: receiver.url, auth: { type: "none" } };
  expect((await one.post("webhooks", webhook)).status).toBe(201);

  const issuer = (await one.post("issuers", { name: "acme" })).body.data.id;
  const discovery = (origin: string) => fetch(`${origin}/${issuer}/.well-known/openid-configuration`);
  expect((await discovery(other.url)).status).toBe(200);
  const organization = `issuers/${issuer}/organizations/${(await other.post(`issuers/${issuer}/organizations`, { name: "Globex" })).body.data.id}`;
  const key = (await one.post(`${organization}/api-keys`, { name: "backend", restrictions: { scopes: ["a:b"] } })).body
    .data;
  const holder = (origin: string) => apiClient(origin, { id: key.id, secret: key.secret_plain }, "").get("/v1/me");
  for (const { url } of [one, other]) expect((await holder(url)).status).toBe(200);
  expect((await other.post(`api-keys/${key.id}/revoke`)).status).toBe(200);
  for (const { url } of [one, other]) expect((await holder(url)).status).toBe(401);
  expect((await one.patch(`issuers/${issuer}`, { status: "disabled" })).status).toBe(200);
  await vi.waitFor(async () => expect((await discovery(other.url)).status).toBe(404), 5000);

  // What both have done reaches the receiver by way of the worker, once each.
  const events: { id: string; type: string }[] = (await other.get("events?limit=100")).body.data;
  const since = events.slice(0, events.findIndex(({ type }) => type === "webhook.created") + 1);
  const told = since.filter(({ type }) => type !== "api-key.verified").map(({ id }) => id);
  const sent = () => receiver.received.map(({ body }) => body.id);
  await vi.waitFor(() => expect(sent()).toEqual(expect.arrayContaining(told)), 20_000);
  expect(new Set(sent()).size).toBe(sent().length);
});

test("jobs tells what failed, and why", { timeout: 60_000 }, async () => {
  const place = await installation();
  await place.sql(
    `insert into pgboss.job (name, data, state, completed_on, output)
     values ('users.purge', '{}', 'failed', now(), '{"message": "no such thing"}')`,
  );
  const jobs = authpi(["jobs"], place.env);
  expect(await jobs.ended).toEqual({ code: 0, signal: null });
  expect(jobs.stdout()).toMatch(/^users\.purge +0 +0 +0 +1$/m);
  expect(jobs.stdout()).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ {2}users\.purge {2}[0-9a-f-]{36} {2}no such thing$/m);
});

test("a job whose worker is killed in the middle is taken up by another within a minute", {
  timeout: 120_000,
}, async () => {
  const place = await installation();
  const api = await serverOf(place);
  const { path, orgId } = await organizationOf(api);
  const first = await workerOf(place);

  const release = await holdMember(place, orgId, () => api.delete(path));

  expect(await stopped(first, "SIGKILL")).toEqual({ code: null, signal: "SIGKILL" });
  const killedAt = Date.now();
  const second = await workerOf(place);
  await release();
  await vi.waitFor(async () => expect(await isGone(place, orgId)).toBe(true), { timeout: 70_000, interval: 250 });
  expect(Date.now() - killedAt).toBeLessThan(60_000);
  expect(await place.sql("select 1 from members where org_id = $1", [orgId])).toEqual([]);
  expect((await api.get(path)).status).toBe(404);
  expect(await stopped(second, "SIGTERM")).toEqual({ code: 0, signal: null });
});

test("a port of the metrics that is taken, or the server's own, fails the start and says so", async () => {
  const place = await installation();
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  onTestFinished(() => void taken.close());
  const address = taken.address();
  const port = typeof address === "object" && address ? address.port : 0;
  const worker = authpi(["worker"], { ...place.env, AUTHPI_METRICS_PORT: String(port) });
  expect((await worker.ended).code).toBe(1);
  expect(worker.stderr()).toContain(`Port ${port} of 127.0.0.1 is taken.`);
  expect(worker.stderr()).toContain("set AUTHPI_METRICS_PORT to another port");
  const server = authpi(["serve"], { ...place.env, AUTHPI_PORT: "4123", AUTHPI_METRICS_PORT: "4123" });
  expect((await server.ended).code).toBe(1);
  expect(server.stderr()).toContain("AUTHPI_METRICS_PORT must be another port than AUTHPI_PORT; both are 4123.");
});
