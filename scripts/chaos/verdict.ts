import { withClient } from "@authpi/api/db/connect";
import type { EmbeddedConnection } from "@authpi/api/db/embedded";
import type { Load, Place, Promised } from "./load.ts";
import type { Receiver } from "./receiver.ts";

export interface Finding {
  what: string;
  count: number;
  /** What must not be there: anything but 0 fails the run. */
  fault: boolean;
}

/** Compares what was answered with 2xx, what the database holds and what the receiver got. */
export const judge = (
  connection: EmbeddedConnection,
  place: Place,
  load: Load,
  receiver: Receiver,
): Promise<Finding[]> =>
  withClient(connection, async (client) => {
    const count = async (text: string, values: unknown[]) =>
      Number((await client.query<{ n: string }>(text, values)).rows[0]?.n ?? Number.NaN);
    const found: Finding[] = [];
    const fault = (what: string, n: number) => found.push({ what, count: n, fault: true });
    const fact = (what: string, n: number) => found.push({ what, count: n, fault: false });

    const writes = load.promised.filter(({ table }) => table !== "verification");
    const verifications = load.promised.filter(({ table }) => table === "verification");
    fact("writes answered with 2xx", writes.length);
    fact("verifications answered with 200", verifications.length);
    fact("requests repeated because of a kill", load.repeats);
    fault("answers that nothing explains", load.surprises.length);

    for (const table of ["users", "organizations", "api_keys", "members", "groups"] as const) {
      const ids = [...new Set(load.promised.filter((one) => one.table === table).map(({ id }) => id))];
      const key = table === "members" ? "member_id" : "id";
      const missing = `select count(*) as n from unnest($1::text[]) as w (id) where not exists (select from ${table} t where t.${key} = w.id)`;
      fault(`${table} that were answered and are not there`, await count(missing, [ids]));
      const orphans = `select count(*) as n from events e where e.account_id = $1 and e.type = $2
      and not exists (select from ${table} t where t.${key} = e.subject ->> 'id')`;
      fault(
        `${table} of which there is an event and no row`,
        await count(orphans, [place.accountId, createdBy[table]]),
      );
    }
    const told = `select count(*) as n from jsonb_to_recordset($1::jsonb) as w (id text, event text, mark text)
    where not exists (select from events e where e.account_id = $2 and e.type = w.event and e.subject ->> 'id' = w.id
      and (w.mark is null or e.data -> 'resource' -> 'metadata' ->> 'mark' = w.mark))`;
    fault("writes without their event", await count(told, [JSON.stringify(writes), place.accountId]));
    const twice = `select count(*) as n from (select type, subject ->> 'id' from events
    where account_id = $1 and type like '%.created' group by 1, 2 having count(*) > 1) t`;
    fault("things that were created twice over", await count(twice, [place.accountId]));
    const traces = `select count(*) as n from unnest($1::text[]) as w (trace)
    where not exists (select from events e where e.account_id = $2 and e.type = 'api-key.verified' and e.trace = w.trace)`;
    fault(
      "verifications without their event",
      await count(traces, [verifications.map(({ id }) => id), place.accountId]),
    );

    const { rows } = await client.query<{ id: string }>(
      "select id from events where account_id = $1 and issuer_id = $2 and not metered and type <> 'issuer.created'",
      [place.accountId, place.issuerId],
    );
    const undelivered = rows.filter(({ id }) => !receiver.received.has(id));
    fact("events of subscribed types", rows.length);
    fact("deliveries that the receiver refused on purpose", receiver.refused);
    fact("deliveries that came more than once", [...receiver.received.values()].filter((times) => times > 1).length);
    fault("events that never reached the receiver", undelivered.length);
    fault("deliveries with a wrong signature", receiver.badSignatures);
    return found;
  });

const createdBy: Record<Exclude<Promised["table"], "verification">, string> = {
  users: "user.created",
  organizations: "organization.created",
  api_keys: "api-key.created",
  members: "organization.membership.created",
  groups: "organization.group.created",
};
