import { type EventType, meteredEventTypes } from "@authpi/schema";
import { createIds } from "../../src/domain/ids.ts";
import type { World } from "../harness/world.ts";

export interface Happening {
  at: number;
  type?: EventType;
  issuer_id?: string;
  org_id?: string;
  user_id?: string;
  client_id?: string;
  agent_id?: string;
  key_id?: string;
}

/** Events at times of the test's own, as those who write them leave them. The times have to grow. */
export const recordEvents = async (
  { sql }: World,
  accountId: string,
  happenings: readonly Happening[],
): Promise<string[]> => {
  let now = 0;
  const ids = createIds({ now: () => now });
  const rows = happenings.map(({ at, type = "user.updated", ...parties }) => {
    now = at;
    return { id: ids.make("event"), at, type, metered: meteredEventTypes.includes(type), ...parties };
  });
  await sql(
    `insert into events (account_id, id, metered, created_at, epoch, type, source, trigger, trace, auth, subject, data,
        issuer_id, org_id, user_id, client_id, agent_id, key_id)
      select $1::text, id, metered, at, 1, type, 'core', 't', 't', '{"type": "system"}', jsonb_build_object('type', 't', 'id', id, 'account_id', $1::text), '{}',
        issuer_id, org_id, user_id, client_id, agent_id, key_id
      from jsonb_to_recordset($2::jsonb) as h(id text, at bigint, type text, metered boolean, issuer_id text, org_id text,
        user_id text, client_id text, agent_id text, key_id text)`,
    [accountId, JSON.stringify(rows)],
  );
  return rows.map(({ id }) => id);
};
