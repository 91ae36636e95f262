import pg from "pg";

/**
 * The messages that this process sends to PostgreSQL while the work runs, without those of the verification's own lane, and without
 * what its listener asks from time to time.
 */
export const messagesDuring = async (work: () => Promise<unknown>): Promise<string[]> => {
  const messages: string[] = [];
  const query = pg.Client.prototype.query;
  const listening = function (this: pg.Client, ...args: unknown[]): unknown {
    const [first] = args;
    if (typeof first === "string" && first !== "select 1") messages.push(first);
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
