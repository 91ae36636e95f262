import { setTimeout as delay } from "node:timers/promises";
import { startServer } from "../server.ts";
import { memoryOf } from "./cpu.ts";
import { type Measure, spreadOf } from "./report.ts";
import type { Api } from "./seed.ts";

const settleMs = 3000;

/** P9: the process starts on a data folder that is there, and then does nothing. */
export async function measureStartUp(dataDir: string, rounds: number): Promise<Measure[]> {
  const ready: number[] = [];
  const memory: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const server = await startServer(dataDir);
    ready.push(server.readyMs);
    await delay(settleMs);
    memory.push(memoryOf(server.pid) / 1024 / 1024);
    await server.stop();
  }
  return [
    {
      id: "P9",
      name: "process start to ready",
      unit: "ms",
      digits: 0,
      value: spreadOf(ready),
      bound: { most: 2500, aim: 1200 },
    },
    { id: "P9", name: "idle memory", unit: "MiB", digits: 0, value: spreadOf(memory), bound: { most: 180, aim: 120 } },
  ];
}

/** P12: an issuer over HTTP, until its discovery document is served. */
export async function measureIssuers(api: Api, account: string, url: string, rounds: number): Promise<Measure[]> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const startedAt = performance.now();
    const issuer = await api.create(`${account}/issuers`, { name: `Issuer ${round}` });
    const discovery = await fetch(`${url}/${issuer.id}/.well-known/openid-configuration`);
    await discovery.text();
    if (!discovery.ok) throw new Error(`discovery of ${issuer.id}: ${discovery.status}`);
    times.push(performance.now() - startedAt);
  }
  const measured = times.slice(Math.floor(rounds / 5));
  const name = "creating an issuer, live discovery included";
  return [{ id: "P12", name, unit: "ms", digits: 1, value: spreadOf(measured), bound: { most: 15, aim: 8 } }];
}
