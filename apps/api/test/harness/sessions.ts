import { createIds } from "../../src/domain/ids.ts";
import type { Sql } from "./world.ts";

const ids = createIds({ now: () => Date.now() });
const WEEK = 7 * 86_400;

export interface SessionColumns {
  account_id: string;
  issuer_id: string;
  user_id: string;
  type?: "op" | "rp";
  client_id?: string;
  op_session_id?: string;
  [column: string]: unknown;
}

/** A session as the OIDC runtime would have begun it. */
export const insertSession = async (sql: Sql, columns: SessionColumns): Promise<string> => {
  const now = Date.now();
  const row = {
    id: ids.make("session"),
    type: "op",
    authentication: JSON.stringify({ method: "password", amr: ["pwd"], acr: null, at: now }),
    ...{ ttl: WEEK, idle_timeout: WEEK, last_activity_at: now, expires_at: now + WEEK * 1000 },
    ...{ created_at: now, updated_at: now, ...columns },
  };
  const names = Object.keys(row);
  const values = names.map((_, n) => `$${n + 1}`);
  await sql(`insert into sessions (${names.join()}) values (${values.join()})`, Object.values(row));
  return row.id;
};
