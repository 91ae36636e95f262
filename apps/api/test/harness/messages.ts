import pg from "pg";
import type { World } from "./world.ts";

/**
 * The messages that this process sends to one database while the work runs, without those of the verification's own lane, and
 * without what its listener asks from time to time.
 */
export const messagesDuring = async ({ connection }: World, work: () => Promise<unknown>): Promise<string[]> => {
  const messages: string[] = [];
  const query = pg.Client.prototype.query;
  const listening = function (this: pg.Client & { database?: string }, ...args: unknown[]): unknown {
    const [first] = args;
    if (this.database === connection.database && typeof first === "string" && first !== "select 1")
      messages.push(first);
    return Reflect.apply(query, this, args);
  };
  // One method with many overloads stands in for itself.
  pg.Client.prototype.query = listening as typeof query;
  try {
    await work();
  } finally {
    pg.Client.prototype.query = query;
  }
  return messages;
};
