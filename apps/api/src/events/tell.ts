import type { EventType, Resource } from "@authpi/schema";
import type { Tx } from "../db/tx.ts";
import { type NewEvent, subjectOf } from "./append.ts";

/** An event as an operation's `emit` makes it, for what rooms share with the runtime: whoever calls that appends it. */
export const tell = (
  tx: Pick<Tx, "accountId">,
  resource: Resource,
  type: EventType,
  thing: object,
  { previous, ...more }: { previous?: object | undefined; [fact: string]: unknown } = {},
): NewEvent => ({
  type,
  subject: subjectOf(tx.accountId, resource, { ...thing }),
  data: { resource: thing, ...(previous && { previous }), ...more },
});
