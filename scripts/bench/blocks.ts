import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { cpuOf, cpuOfChildren, usedBetween } from "./cpu.ts";
import type { Order, Result, Target } from "./load.ts";

export interface Subject {
  name: string;
  pid: number;
  target: Target;
}

/** One block of one subject; CPU in microseconds for each good answer. */
export interface Block extends Result {
  nodeUs: number;
  postgresUs: number;
}

export interface Plan {
  blocks: number;
  blockMs: number;
  warmUpMs: number;
  /** The postmaster, whose children are counted. */
  postgresPid: number;
}

/**
 * Measures two subjects in interleaved blocks, A B B A: what a noisy neighbour takes, it takes from both.
 *
 * @returns a pair for each round.
 */
export async function compare(a: Subject, b: Subject, plan: Plan): Promise<[Block, Block][]> {
  const load = fork(join(import.meta.dirname, "load.ts"), { execArgv: [] });
  try {
    for (const { name, target } of [a, b]) tell(load, { open: target, name });
    await delay(connectMs);
    for (const subject of [a, b, b, a]) await measure(load, subject, { ...plan, blockMs: plan.warmUpMs / 2 });
    const pairs: [Block, Block][] = [];
    for (let round = 0; round < plan.blocks; round++) {
      const aFirst = round % 2 === 0;
      const first = await measure(load, aFirst ? a : b, plan);
      const second = await measure(load, aFirst ? b : a, plan);
      pairs.push(aFirst ? [first, second] : [second, first]);
    }
    return pairs;
  } finally {
    load.disconnect();
  }
}

const connectMs = 300;

async function measure(load: ChildProcess, { name, pid }: Subject, { blockMs, postgresPid }: Plan): Promise<Block> {
  const node = cpuOf(pid);
  const postgres = cpuOfChildren(postgresPid);
  tell(load, { run: name, ms: blockMs });
  const [result]: Result[] = await once(load, "message");
  if (!result) throw new Error("the load generator ended");
  const nodeNs = cpuOf(pid) - node;
  const postgresNs = usedBetween(postgres, cpuOfChildren(postgresPid));
  return { ...result, nodeUs: nodeNs / 1000 / result.answers, postgresUs: postgresNs / 1000 / result.answers };
}

function tell(load: ChildProcess, order: Order): void {
  load.send(order);
}
