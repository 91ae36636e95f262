import type { Event } from "@authpi/schema";
import type { Selectable } from "kysely";
import type { Tables } from "../db/tables.generated.ts";

export type WebhookRow = Selectable<Tables["webhooks"]>;
export type DeliveryDetail = Selectable<Tables["webhook_deliveries"]>;
export type DeliveryRow = Omit<DeliveryDetail, "attempts">;

/** A delivery that somebody has taken for one attempt, with all that the attempt needs. */
export interface Claimed {
  delivery: DeliveryRow;
  webhook: WebhookRow;
  event: Event;
  /** Planned; the one that a failing webhook is allowed for now; or asked for by somebody who waits for its answer. */
  kind: "job" | "trial" | "call";
  /** How it stood before. */
  before: Pick<DeliveryRow, "status" | "next_attempt_at">;
}
