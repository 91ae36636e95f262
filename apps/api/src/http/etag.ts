import { Problem } from "./problem.ts";

/** The quoted time of the last write: a strong validator (RFC 9110, 8.8.3). */
export const etagOf = (thing: unknown): string | undefined => {
  if (typeof thing !== "object" || thing === null) return undefined;
  const { updated_at, created_at, timestamp } = thing as Record<string, unknown>;
  const time = updated_at ?? created_at ?? timestamp;
  return typeof time === "number" ? `"${time}"` : undefined;
};

/** @throws {Problem} 412 where `If-Match` names another state than the current one (RFC 9110, 13.1.1). */
export const requireMatch = (ifMatch: string | undefined, row: object): void => {
  const current = etagOf(row);
  if (ifMatch === undefined || current === undefined) return;
  const named = ifMatch.split(",").map((one) => one.trim());
  if (named.includes("*") || named.includes(current)) return;
  throw new Problem("precondition", "The resource has changed; If-Match does not name its current state.", {
    currentEtag: current,
  });
};

/** The time of a write, later than the row's last one also within the same millisecond. */
export const nextStamp = (now: number, row: { updated_at: number }): number => Math.max(now, row.updated_at + 1);
