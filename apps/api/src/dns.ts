import { Resolver } from "node:dns/promises";

/** The texts of a name's TXT records; undefined where no name server gave an answer. */
export type TxtLookup = (name: string) => Promise<readonly string[] | undefined>;

/** Asks these name servers, or the system's; anew each time, since somebody waits for a record that they have just written. */
export const createTxtLookup =
  (servers: readonly string[]): TxtLookup =>
  async (name) => {
    // A resolver keeps what it was told: a new one has nothing to keep.
    const resolver = new Resolver({ timeout: 2000, tries: 2 });
    if (servers.length > 0) resolver.setServers(servers);
    // Each of many servers may take its time.
    const patience = setTimeout(() => resolver.cancel(), patienceMs);
    try {
      return (await resolver.resolveTxt(name)).map((parts) => parts.join(""));
    } catch (error) {
      return isAnswer(error) ? [] : undefined;
    } finally {
      clearTimeout(patience);
    }
  };

const patienceMs = 8000;

/** There is no such name, or it has no such record. */
const isAnswer = (error: unknown): boolean =>
  error instanceof Error && "code" in error && (error.code === "ENOTFOUND" || error.code === "ENODATA");
