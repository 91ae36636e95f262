import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { operate, type Server } from "../server.ts";
import { type Measure, spreadOf } from "./report.ts";
import { Api, type Key } from "./seed.ts";

const run = promisify(execFile);
const accountsCount = 20;
const hooksPerAccount = 50;

/** P8: from the request that makes an event to the first byte at the receiver; and the same beside receivers that hang and fail. */
export async function measureWebhooks(server: Server, dataDir: string, rounds: number): Promise<Measure[]> {
  const receiver = await startReceiver();
  try {
    const alone = await aloneOf(server, dataDir, receiver, rounds);
    const accounts = await accountsOf(server, dataDir, accountsCount);
    const hooks = await hooksOf(accounts, receiver.url);
    const bad = hooks.filter(({ kind }) => kind !== "good");
    await setStatus(bad, "disabled");
    const without = await crowdOf(accounts, receiver, rounds);
    await setStatus(bad, "active");
    const beside = await crowdOf(accounts, receiver, rounds);
    const name = `${accountsCount * hooksPerAccount} webhooks of ${accountsCount} accounts`;
    return [
      measure("P8", "event to socket, one webhook", alone, { most: 200, aim: 50 }),
      measure("", `event to socket, ${name}, without those that hang or fail`, without),
      measure("", `event to socket, ${name}, beside 100 that hang and 100 that fail`, beside),
      {
        ...{ id: "P8", name: "the medians of both", unit: "", digits: 2, bound: { most: 2, aim: 1.2 } },
        value: spreadOf([spreadOf(beside).median / spreadOf(without).median]),
      },
    ];
  } finally {
    receiver.close();
  }
}

interface Account {
  api: Api;
  path: string;
}
interface Hook {
  api: Api;
  path: string;
  kind: "good" | "hangs" | "fails";
}

async function aloneOf(server: Server, dataDir: string, receiver: Receiver, rounds: number): Promise<number[]> {
  const [account] = await accountsOf(server, dataDir, 1);
  if (!account) throw new Error("there is no account");
  await makeHook(account, receiver.url, "good");
  const rest: Promise<number[]>[] = [];
  for (let round = 0; round < rounds; round++) {
    rest.push(happen(account, receiver));
    await delay(50);
  }
  const times = (await Promise.all(rest)).flat();
  return times.slice(Math.floor(rounds / 5));
}

/** Events of all accounts in turn, one each 250 ms, and the times of their deliveries to those that answer. */
async function crowdOf(accounts: Account[], receiver: Receiver, rounds: number): Promise<number[]> {
  const times: Promise<number[]>[] = [];
  for (let round = 0; round < rounds; round++) {
    const account = accounts[round % accounts.length];
    if (account) times.push(happen(account, receiver));
    await delay(250);
  }
  return (await Promise.all(times)).flat();
}

/** One event; the milliseconds until each good receiver has it. */
async function happen({ api, path }: Account, receiver: Receiver): Promise<number[]> {
  const content = `Event ${Math.random()}`;
  const sentAt = performance.now();
  await api.create(`${path}/notes`, { subject_type: "issuer", subject_id: "i_1", content });
  return (await receiver.arrivals(content)).map((at) => at - sentAt);
}

async function accountsOf(server: Server, dataDir: string, count: number): Promise<Account[]> {
  const accounts: Account[] = [];
  for (let n = 0; n < count; n++) {
    const id = (await operated(dataDir, ["accounts", "create", "--name", `Bench ${n}`])).trim();
    const text = await operated(dataDir, ["keys", "create", "--account", id, "--scopes", "*:**", "--name", "bench"]);
    accounts.push({ api: new Api(server, keyIn(text)), path: `/v1/accounts/${id}` });
  }
  return accounts;
}

async function operated(dataDir: string, args: string[]): Promise<string> {
  const { command, options, env } = operate(dataDir, args);
  return (await run(command, options, { env })).stdout;
}

function keyIn(text: string): Key {
  const exported = (name: string) => new RegExp(`^export ${name}=(\\S+)$`, "m").exec(text)?.[1] ?? "";
  return { id: exported("AUTHPI_KEY_ID"), secret: exported("AUTHPI_KEY_SECRET") };
}

/** Of fifty webhooks of an account five hang and five fail. */
async function hooksOf(accounts: Account[], url: string): Promise<Hook[]> {
  const hooks: Hook[] = [];
  for (let n = 0; n < hooksPerAccount; n++) {
    const kind = n < 5 ? "hangs" : n < 10 ? "fails" : "good";
    hooks.push(...(await Promise.all(accounts.map((account) => makeHook(account, url, kind)))));
  }
  return hooks;
}

async function setStatus(hooks: Hook[], status: "active" | "disabled"): Promise<void> {
  for (const { api, path } of hooks) await api.change(path, { status });
}

async function makeHook({ api, path }: Account, url: string, kind: Hook["kind"]): Promise<Hook> {
  const body = { name: kind, url: `${url}/${kind}`, events: ["note.*"], auth: { type: "signature" } };
  const { id } = await api.create(`${path}/webhooks`, body);
  return { api, path: `${path}/webhooks/${id}`, kind };
}

interface Receiver {
  url: string;
  /** When each good webhook of the account had the event of this note; resolves when no more come. */
  arrivals(content: string): Promise<number[]>;
  close(): void;
}

async function startReceiver(): Promise<Receiver> {
  const seen = new Map<string, number[]>();
  const held = new Set<ServerResponse>();
  const server = createServer(async (request, response) => {
    const at = performance.now();
    if (request.url === "/hangs") {
      held.add(response.on("close", () => held.delete(response)));
      return;
    }
    let text = "";
    for await (const chunk of request) text += chunk;
    response.writeHead(request.url === "/fails" ? 500 : 204).end();
    if (request.url === "/fails") return;
    const { content } = JSON.parse(text).data.data.resource;
    seen.set(content, [...(seen.get(content) ?? []), at]);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    arrivals: async (content) => {
      for (let before = 0; ; ) {
        await delay(before === 0 ? 100 : 1000);
        const times = seen.get(content) ?? [];
        if (times.length > 0 && times.length === before) return times;
        before = times.length;
      }
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function measure(id: string, name: string, times: number[], bound?: Measure["bound"]): Measure {
  return { id, name, unit: "ms", digits: 1, value: spreadOf(times), ...(bound && { bound }) };
}
