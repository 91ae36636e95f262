import { listQueues } from "../db/jobs.ts";
import { withInstallation } from "./installation.ts";

const columns = ["ready", "later", "active", "failed"] as const;

/** Prints the queues with their counts, and below them the newest failures. */
export function jobsCommand(env: NodeJS.ProcessEnv): Promise<void> {
  return withInstallation(env, async (database) => {
    const { queues, failures } = await listQueues(database.jobs);
    const width = Math.max(5, ...queues.map(({ name }) => name.length));
    console.log(`${"queue".padEnd(width)}${columns.map((column) => column.padStart(9)).join("")}`);
    for (const queue of queues) {
      console.log(`${queue.name.padEnd(width)}${columns.map((column) => String(queue[column]).padStart(9)).join("")}`);
    }
    for (const { name, id, at, message } of failures) console.log(`${at}  ${name}  ${id}  ${message}`);
  });
}
