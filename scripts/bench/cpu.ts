import { readdirSync, readFileSync } from "node:fs";

/** Nanoseconds of CPU that the process has used, all of its threads included; 0 where it is gone. */
export function cpuOf(pid: number): number {
  return threadsOf(pid)
    .map((thread) => Number(read(`/proc/${pid}/task/${thread}/schedstat`).split(" ")[0]))
    .reduce((sum, one) => sum + one, 0);
}

/** The same of every child of the process: PostgreSQL's backends and helpers, apart from each other. */
export function cpuOfChildren(pid: number): Map<number, number> {
  const children = read(`/proc/${pid}/task/${pid}/children`).split(" ").map(Number).filter(Boolean);
  return new Map(children.map((child) => [child, cpuOf(child)]));
}

/** What was used between two readings; a child that ended in between is left out. */
export function usedBetween(before: Map<number, number>, after: Map<number, number>): number {
  return [...after].reduce((sum, [pid, used]) => sum + used - (before.get(pid) ?? 0), 0);
}

/** Resident memory of the process, in bytes. */
export function memoryOf(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/status`))?.[1];
  return Number(kilobytes ?? 0) * 1024;
}

/** Ticks of a hundredth of a second that all processors were busy and idle, since the machine started. */
export function machine(): { busy: number; idle: number } {
  const [user = 0, nice = 0, system = 0, idle = 0, wait = 0, interrupts = 0, soft = 0, stolen = 0] =
    /^cpu +(.*)$/m.exec(read("/proc/stat"))?.[1]?.split(" ").map(Number) ?? [];
  return { busy: user + nice + system + interrupts + soft + stolen, idle: idle + wait };
}

function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

/** Threads and processes come and go while they are read. */
function read(path: string): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return "0";
  }
}
