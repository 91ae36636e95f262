import type { EventType, Operation, Resource } from "@authpi/schema";
import { type NewEvent, subjectOf } from "../events/append.ts";

/** A verification concerns the credential, whichever operation asked for it. */
const verified: Partial<Record<EventType, string>> = {
  "api-key.verified": "api_key",
  "personal-token.verified": "personal_token",
};

/** Takes what a handler emits, and holds it to what its operation declares. */
export const collectEvents = (accountId: string, resource: Resource, operation: Operation, name: string) => {
  const events: NewEvent[] = [];
  let changed = true;
  return {
    emit: (type: EventType, thing: object, previous?: object, more?: Record<string, unknown>): void => {
      if (!operation.emits?.includes(type)) throw new Error(`${name} emitted ${type}, which it does not declare.`);
      const named = subjectOf(accountId, resource, thing as Record<string, unknown>);
      const subject = { ...named, type: verified[type] ?? named.type };
      events.push({ type, subject, data: { resource: thing, ...(previous && { previous }), ...more } });
    },
    unchanged: (): void => {
      changed = false;
    },
    /** A forgotten event is a fault of ours, and nothing of the call stays. */
    collected: (): readonly NewEvent[] => {
      if (operation.emits?.length && changed && events.length === 0)
        throw new Error(`${name} declares an event and emitted none.`);
      return events;
    },
  };
};
