import type { Event } from "@authpi/schema";
import type { Selectable } from "kysely";
import type { Tables } from "../db/tables.generated.ts";

/** The record as the API and webhooks show it. */
export const presentEvent = (row: Selectable<Tables["events"]>): Event => ({
  spec: "1.0",
  id: row.id,
  type: row.type,
  source: row.source,
  trigger: row.trigger,
  trace: row.trace,
  auth: row.auth,
  subject: row.subject,
  timestamp: row.created_at,
  data: row.data,
});
