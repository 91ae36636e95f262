import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, newBrowser } from "../../apps/api/test/idp/browser.ts";
import { startServer } from "../server.ts";
import type { PacedOrder, PacedResult } from "./paced.ts";
import { type Measure, spreadOf } from "./report.ts";
import { Api, basic, firstKey, makeKeys } from "./seed.ts";

const LOGINS = 200;
const PASSWORD = "correct horse battery staple";
const PER_SECOND = 1000;
const WINDOW_MS = 5000;

/** P10: how long the slowest hundredth of verifications takes while 200 people send their passwords at once, and without them. */
export async function measureLogins(rounds: number): Promise<Measure[]> {
  const dataDir = await mkdtemp(join(tmpdir(), "authpi-bench-"));
  const server = await startServer(dataDir, { AUTHPI_RATE_LIMITS: "sign-in=off" });
  const load = fork(join(import.meta.dirname, "paced.ts"), { execArgv: [] });
  try {
    const api = new Api(server, await firstKey(server));
    const account = await api.account();
    const [key] = await makeKeys(api, account, 1);
    if (!key) throw new Error("there is no key");
    const { id: issuerId = "" } = await api.create(`${account}/issuers`, { name: "Logins" });
    const users = `${account}/issuers/${issuerId}/users`;
    const names = Array.from({ length: LOGINS }, (_, n) => `user-${n}@example.com`);
    for (const username of names) await api.create(users, { username_type: "email", username, password: PASSWORD });

    const request = `GET /v1/me HTTP/1.1\r\nhost: localhost\r\nauthorization: ${basic(key)}\r\n\r\n`;
    const order: PacedOrder = { port: server.port, request, perSecond: PER_SECOND, ms: WINDOW_MS };
    const measured = async (): Promise<PacedResult> => {
      load.send(order);
      // The child answers each order with one of these.
      const [result] = (await once(load, "message")) as [PacedResult];
      if (result.errors > 0) throw new Error(`${result.errors} verifications failed`);
      return result;
    };
    await measured();
    const ratios: number[] = [];
    const seconds: number[] = [];
    const alone: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const ready = await Promise.all(
        names.map((name) => toPassword(`http://localhost:${server.port}`, issuerId, name)),
      );
      const without = await measured();
      const [beside, took] = await Promise.all([measured(), all(ready)]);
      ratios.push(beside.p99 / without.p99);
      alone.push(without.p99);
      seconds.push(took / 1000);
    }
    return [
      {
        ...{ id: "P10", name: "p99 of /v1/me while 200 passwords are checked / without", unit: "", digits: 2 },
        ...{ value: spreadOf(ratios), bound: { most: 2, aim: 1.3 } },
      },
      { id: "", name: "that p99 without", unit: "ms", digits: 2, value: spreadOf(alone) },
      { id: "", name: "200 sign-ins that begin at once, all done", unit: "s", digits: 2, value: spreadOf(seconds) },
    ];
  } finally {
    load.disconnect();
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

interface Waiting {
  browser: Browser;
  url: string;
  csrf: string;
}

/** Somebody who has come as far as the page that asks for the password. */
async function toPassword(server: string, issuerId: string, identifier: string): Promise<Waiting> {
  const browser = newBrowser();
  const issuer = `${server}/${issuerId}`;
  const query = new URLSearchParams({
    ...{ client_id: "portal", response_type: "code", scope: "openid", redirect_uri: `${issuer}/ui/return` },
    ...{ code_challenge: "a".repeat(43), code_challenge_method: "S256" },
  });
  const first = await browser.follow(`${issuer}/authorize?${query}`, issuer);
  const form = { identifier, csrf: tokenIn(await first.response.text()) };
  const sent = await browser.send(first.url, { method: "POST", form });
  const url = new URL(sent.headers.get("location") ?? "", first.url).href;
  const page = await browser.send(url);
  return { browser, url, csrf: tokenIn(await page.text()) };
}

/** All of them send it; how long it takes until the last is signed in. Milliseconds. */
async function all(ready: readonly Waiting[]): Promise<number> {
  const startedAt = performance.now();
  await Promise.all(
    ready.map(async ({ browser, url, csrf }) => {
      const { status, headers } = await browser.send(url, { method: "POST", form: { password: PASSWORD, csrf } });
      if (status !== 303 || !headers.get("location")?.includes("/authorize/"))
        throw new Error(`a password was answered with ${status} ${headers.get("location")}`);
    }),
  );
  return performance.now() - startedAt;
}

const tokenIn = (html: string): string => /name="csrf" value="([^"]+)"/.exec(html)?.[1] ?? "";
