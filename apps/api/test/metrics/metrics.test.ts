import { expect, onTestFinished, test } from "vitest";
import { serveMetrics } from "../../src/metrics/server.ts";
import { newKey, newPlace, whoami } from "../core/support.ts";
import { createWorld } from "../harness/world.ts";

const world = await createWorld({ metrics: true });
const { server } = world;

interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

/** Prometheus' text, each line of which has to be well-formed; no sample may stand in it twice. */
const parse = (text: string): Sample[] => {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("# "));
  const series = lines.map((line) => line.slice(0, line.lastIndexOf(" ")));
  expect(new Set(series).size).toBe(series.length);
  return lines.map((line) => {
    const [, name = "", labels = "", value = ""] =
      /^([a-z_0-9]+)(?:\{(.*)\})? (-?[\d.e+-]+|NaN|Nan|[+-]Inf)$/.exec(line) ?? [];
    expect(name, line).not.toBe("");
    return { name, labels: Object.fromEntries(pairs(labels)), value: Number(value) };
  });
};
const pairs = (labels: string): [string, string][] =>
  [...labels.matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"/g)].map(([, key = "", value = ""]) => [key, value]);

const scrape = async (): Promise<Sample[]> => parse((await server.metrics?.text()) ?? "");
const sampleOf = (samples: Sample[], name: string, labels: Record<string, string> = {}): number | undefined =>
  samples.find((one) => one.name === name && Object.entries(labels).every(([key, value]) => one.labels[key] === value))
    ?.value;

test("traffic is counted by operation and status, whatever the paths and ids", async () => {
  const place = await newPlace(world);
  const { api, issuer } = place;
  const requests = "authpi_http_requests_total";
  const before = await scrape();
  const series = () => scrape().then((samples) => samples.filter(({ name }) => name.startsWith("authpi_http_")).length);
  for (let n = 0; n < 3; n++) await api.get(issuer);
  await api.get("issuers/i_none");
  await api.post(`${issuer}/users`, { nonsense: true });
  await api.get("/made-up");
  await fetch(`${server.url}/${place.issuerId}/.well-known/openid-configuration`);
  const after = await scrape();
  expect(sampleOf(after, requests, { operation: "issuers.get", status: "200" })).toBe(
    (sampleOf(before, requests, { operation: "issuers.get", status: "200" }) ?? 0) + 3,
  );
  expect(sampleOf(after, requests, { operation: "issuers.get", status: "404" })).toBe(1);
  expect(sampleOf(after, requests, { operation: "issuers.users.create", status: "400" })).toBe(1);
  const document = "/:issuer_id/.well-known/openid-configuration";
  expect(sampleOf(after, requests, { operation: document, status: "200" })).toBe(1);
  const seconds = "authpi_http_request_duration_seconds";
  expect(sampleOf(after, `${seconds}_count`, { operation: "issuers.get" })).toBeGreaterThanOrEqual(4);
  expect(sampleOf(after, `${seconds}_sum`, { operation: "issuers.get" })).toBeGreaterThan(0);

  const many = await series();
  for (let n = 0; n < 20; n++) {
    await api.get(`/made-up/${n}`);
    await api.get(`issuers/i_${n}`);
    await api.send("PROPFIND", `/made-up/${n}`).catch(() => undefined);
    await api.send("PUT", `issuers/i_${n}`, { body: {} });
    await api.send("PUT", `issuers/i_${n}/users`, { body: {} });
  }
  // A method that a path does not have is counted at the path's pattern.
  expect(await series()).toBeLessThan(many + 40);
  const known = await series();
  for (let n = 0; n < 20; n++) await api.send("PUT", `issuers/i_other${n}/users`, { body: {} });
  expect(await series()).toBe(known);
});

test("verifications are counted where they happen, and read when somebody asks", async () => {
  const { api, organization } = await newPlace(world);
  const { credential } = await newKey(api, `${organization}/api-keys`);
  const me = (samples: Sample[], status: string) =>
    sampleOf(samples, "authpi_http_requests_total", { operation: "me.get", status }) ?? 0;
  const before = await scrape();
  await Promise.all(Array.from({ length: 40 }, () => whoami(world, credential)));
  await whoami(world, { ...credential, secret: "wrong" });
  await fetch(`${server.url}/v1/me`, { headers: { authorization: "Bearer x" } });
  const after = await scrape();
  expect(me(after, "200") - me(before, "200")).toBe(40);
  expect(me(after, "401") - me(before, "401")).toBe(2);
  expect(me(after, "503")).toBe(0);
  // Read twice, nothing counts twice.
  expect(me(await scrape(), "200")).toBe(me(after, "200"));

  const size = "authpi_verification_batch_size";
  const statements = sampleOf(after, `${size}_count`) ?? 0;
  expect(sampleOf(after, `${size}_sum`)).toBeGreaterThanOrEqual(40);
  expect(statements).toBeGreaterThan(0);
  const buckets = after.filter(({ name }) => name === `${size}_bucket`).map(({ value }) => value);
  expect(buckets).toEqual([...buckets].sort((a, b) => a - b));
  expect(buckets.at(-1)).toBe(statements);
  expect(buckets.at(-2)).toBe(statements);
  expect(sampleOf(after, "authpi_verification_waiting")).toBe(0);
  expect(sampleOf(after, "authpi_verification_lanes_up")).toBe(2);
  expect(sampleOf(after, "authpi_verification_refused_total")).toBe(0);
});

test("the pool, the queues, the horizon, the issuers and the process are there", async () => {
  const samples = await scrape();
  expect(sampleOf(samples, "authpi_database_connections", { state: "waiting" })).toBe(0);
  expect(sampleOf(samples, "authpi_database_connections", { state: "idle" })).toBeGreaterThan(0);
  for (const state of ["ready", "later", "active", "failed"]) {
    expect(sampleOf(samples, "authpi_jobs", { queue: "organizations.purge", state })).toBe(0);
  }
  for (const status of ["pending", "delivering", "waiting"]) {
    expect(sampleOf(samples, "authpi_webhook_deliveries", { status })).toBe(0);
  }
  expect(sampleOf(samples, "authpi_issuers_built_total")).toBeGreaterThan(0);
  expect(sampleOf(samples, "authpi_events_horizon_lag_seconds")).toBeGreaterThanOrEqual(0);
  expect(sampleOf(samples, "process_resident_memory_bytes")).toBeGreaterThan(1e6);
});

test("their port answers GET /metrics and nothing else", async () => {
  if (!server.metrics) throw new Error("The world counts.");
  const { port, close } = await serveMetrics(server.metrics, { host: "127.0.0.1", port: 0 });
  onTestFinished(close);
  const at = (path: string, method = "GET") => fetch(`http://127.0.0.1:${port}${path}`, { method });
  const answer = await at("/metrics");
  expect([answer.status, answer.headers.get("content-type")]).toEqual([
    200,
    "text/plain; version=0.0.4; charset=utf-8",
  ]);
  expect(parse(await answer.text()).length).toBeGreaterThan(50);
  expect([(await at("/")).status, (await at("/v1/me")).status, (await at("/metrics", "POST")).status]).toEqual([
    404, 404, 404,
  ]);
  // What is no URL: it would have ended the process.
  expect((await at("//")).status).toBe(404);
});
