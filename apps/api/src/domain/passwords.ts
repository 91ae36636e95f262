import { availableParallelism } from "node:os";
import { createBoundedQueue } from "./bounded-queue.ts";
import { loadCommonPasswords } from "./common-passwords.ts";

export interface Passwords {
  /** Argon2id, as a PHC string. */
  hash(password: string): Promise<string>;
  /** Without a hash it is false, and takes as long: that a user has no password, or is none, cannot be told by time. */
  verify(hash: string | undefined, password: string): Promise<boolean>;
  /**
   * Waits for a turn to work around a check: what many sign-ins at once read and write is spread over the time that their checks take,
   * and holds up nobody else's.
   */
  turn<T>(work: () => Promise<T>): Promise<T>;
  /** Whether everybody tries it first, in any case of its letters. */
  isCommon(password: string): Promise<boolean>;
}

/** @throws {Overloaded} from `hash`, `verify` and `turn`, where too many wait already. */
export const createPasswords = ({ concurrency = THREADS, waitingMax = WAITING_MAX } = {}): Passwords => {
  const queued = createBoundedQueue({ concurrency, waitingMax });
  // One more than are checked: the next has read what it needs when its check can begin.
  const turns = createBoundedQueue({ concurrency: concurrency + 1, waitingMax });
  let common: ReturnType<typeof loadCommonPasswords> | undefined;
  return {
    hash: (password) => queued(async () => (await argon2()).hash(normal(password), cost)),
    verify: (hash, password) =>
      queued(async () => (await (await argon2()).verify(hash ?? decoy, normal(password))) && hash !== undefined),
    turn: (work) => turns(work),
    isCommon: async (password) => {
      common ??= loadCommonPasswords();
      return (await common).has(normal(password).toLowerCase());
    },
  };
};

/** How a password is compared and counted: the same keys give other bytes on other systems (NIST SP 800-63B-4, 3.1.1.2). */
export const normal = (password: string): string => password.normalize("NFC");

/** OWASP's lower bound for Argon2id; the library's algorithm is that one where none is named. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
/**
 * They run in libuv's pool of four threads; one is left to what else waits there, files and names. A processor is left as well, where
 * there is another: whoever verifies a key must not wait for two hundred people who sign in.
 */
const THREADS = Math.min(3, Math.max(1, availableParallelism() - 1));
/** Less than five seconds of waiting on one core. */
const WAITING_MAX = 256;

/** The hash of random bytes that nobody kept. */
const decoy = "$argon2id$v=19$m=19456,t=2,p=1$RZ33CWmVU8gNvfUc6LphdQ$zlM6DFCtvzi1e5pSjWzZ0w6vOWm1e6zckkm88w0ZGx4";

/** Native code, loaded with the first password. */
const argon2 = () => import("@node-rs/argon2");
