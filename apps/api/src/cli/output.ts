import { setTimeout as delay } from "node:timers/promises";

/** What is to be copied into a shell. */
export function keyExports({ id, secret }: { id: string; secret: string }): string {
  return `export AUTHPI_KEY_ID=${id}\nexport AUTHPI_KEY_SECRET=${secret}`;
}

/** Waits for the work, but not for longer than this. */
export async function within(ms: number, work: PromiseLike<unknown>): Promise<void> {
  const patience = new AbortController();
  await Promise.race([work, delay(ms, undefined, { signal: patience.signal }).catch(() => {})]);
  patience.abort();
}
