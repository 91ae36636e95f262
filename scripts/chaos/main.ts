import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs, promisify } from "node:util";
import { withClient } from "@authpi/api/db/connect";
import { freePort } from "../../apps/api/test/harness/free-port.ts";
import { type Place, startLoad } from "./load.ts";
import { type Cluster, keepCluster, keepRunning } from "./processes.ts";
import { startReceiver } from "./receiver.ts";
import { judge } from "./verdict.ts";

const usage = `Kills the API, the worker and PostgreSQL at random, under load, and counts what was lost.

  pnpm chaos [--seconds 600] [--lanes 8] [--keep]

  --seconds  how long it goes on
  --lanes    requests at once
  --keep     leaves the folder with the data and the logs`;

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "600" },
    lanes: { type: "string", default: "8" },
    keep: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  console.log(usage);
  process.exit(0);
}
process.exit((await chaos(Number(values.seconds), Number(values.lanes))) ? 0 : 1);

async function chaos(seconds: number, lanes: number): Promise<boolean> {
  const dataDir = await mkdtemp(join(tmpdir(), "authpi-chaos-"));
  const log = join(dataDir, "authpi.log");
  const cluster = await keepCluster(dataDir);
  const { host, port: databasePort, user, database } = cluster.connection;
  const port = await freePort();
  const env = {
    ...process.env,
    DATABASE_URL: `postgres://${user}@${encodeURIComponent(host)}:${databasePort}/${database}`,
    AUTHPI_SECRET_KEY: randomBytes(32).toString("base64"),
    AUTHPI_PORT: String(port),
    AUTHPI_JOBS: "off",
    AUTHPI_LOG_LEVEL: "error",
  };
  const api = keepRunning("serve", env, log);
  await ready(`http://127.0.0.1:${port}`);
  const worker = keepRunning("worker", env, log);
  let secret = "";
  const receiver = await startReceiver(() => secret);
  const { place, webhookSecret } = await setUp(`http://127.0.0.1:${port}`, env, receiver.url);
  secret = webhookSecret;

  console.log(`For ${seconds} s: ${lanes} requests at once, and a kill every 4 to 12 s. Logs: ${log}`);
  const load = startLoad(place, lanes);
  const victims = [api, worker, cluster];
  const end = Date.now() + seconds * 1000;
  while (Date.now() < end) {
    await delay(Math.min(4000 + Math.random() * 8000, Math.max(0, end - Date.now())));
    victims[Math.floor(Math.random() * victims.length)]?.kill();
    const deaths = victims.map((one) => `${one.name} ${one.deaths}`).join(", ");
    console.log(`${Math.round((end - Date.now()) / 1000)} s to go; ${load.promised.length} answers; deaths: ${deaths}`);
  }
  await load.stop();
  receiver.calm();
  await ready(place.url);
  await settled(cluster, place);
  const findings = await judge(cluster.connection, place, load, receiver);
  for (const victim of victims)
    findings.unshift({ what: `times that ${victim.name} was killed`, count: victim.deaths, fault: false });

  for (const { what, count, fault } of findings) {
    console.log(`${String(count).padStart(8)}  ${what}${fault && count !== 0 ? "   <- lost" : ""}`);
  }
  for (const surprise of load.surprises.slice(0, 5)) console.log(surprise.slice(0, 300));
  await api.stop();
  await worker.stop();
  await cluster.stop();
  receiver.close();
  if (!values.keep) await rm(dataDir, { recursive: true, force: true });
  return findings.every(({ count, fault }) => !fault || count === 0);
}

/** What the load works in, and the webhook whose receiver is flaky. */
async function setUp(url: string, env: NodeJS.ProcessEnv, hook: string) {
  const key = await firstKey(env);
  const call = async (method: string, path: string, body?: object) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        authorization: `Basic ${Buffer.from(`${key.id}:${key.secret}`).toString("base64")}`,
        "content-type": "application/json",
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return JSON.parse(text).data;
  };
  const me = await call("GET", "/v1/me");
  const account = `/v1/accounts/${me.accounts[0].account_id}`;
  const issuer = await call("POST", `${account}/issuers`, { name: "Chaos" });
  const webhook = await call("POST", `${account}/webhooks`, {
    name: "Flaky",
    url: hook,
    auth: { type: "signature", signature_algorithm: "hmac-sha256" },
    retry: { max_attempts: 16, schedule_seconds: [1, 1, 2, 2, 3, 3, 5, 5, 5, 5, 10, 10, 10, 10, 10] },
    circuit_breaker: { failure_threshold: 1000, cooldown_seconds: 60 },
  });
  const issuerPath = `${account}/issuers/${issuer.id}`;
  const organization = await call("POST", `${issuerPath}/organizations`, { name: "Chaos" });
  const group = await call("POST", `${issuerPath}/organizations/${organization.id}/groups`, { name: "Chaos" });
  const place: Place = {
    url,
    key,
    accountId: me.accounts[0].account_id,
    issuerId: issuer.id,
    orgId: organization.id,
    groupId: group.id,
  };
  return { place, webhookSecret: String(webhook.auth.signature_secret_plain) };
}

/** Until every delivery has ended, one way or the other. */
async function settled(cluster: Cluster, { accountId }: Place): Promise<void> {
  const deadline = Date.now() + 900_000;
  for (;;) {
    const { rows } = await withClient(cluster.connection, (client) =>
      client.query<{ n: string }>(
        "select count(*) as n from webhook_deliveries where account_id = $1 and status in ('pending', 'delivering', 'waiting')",
        [accountId],
      ),
    );
    const open = Number(rows[0]?.n);
    if (open === 0 || Date.now() > deadline) return;
    console.log(`${open} deliveries are still on their way`);
    await delay(5000);
  }
}

async function firstKey(env: NodeJS.ProcessEnv): Promise<{ id: string; secret: string }> {
  const root = join(import.meta.dirname, "../..");
  const authpi = async (...args: string[]): Promise<string> => {
    const program = ["-C", "source", "--disable-warning=ExperimentalWarning", "apps/api/src/main.ts", ...args];
    return (await promisify(execFile)(join(root, "node_modules/.bin/node"), program, { cwd: root, env })).stdout;
  };
  const [accountId = ""] = /acc_\w+/.exec(await authpi("accounts", "list")) ?? [];
  const printed = await authpi("keys", "create", "--account", accountId, "--scopes", "*:**");
  const [, id = "", secret = ""] = /KEY_ID=(\S+)[\s\S]*KEY_SECRET=(\S+)/.exec(printed) ?? [];
  return { id, secret };
}

async function ready(url: string): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    const response = await fetch(`${url}/readyz`).catch(() => undefined);
    if (response?.ok) return;
    await delay(200);
  }
  throw new Error("The server does not come up.");
}
