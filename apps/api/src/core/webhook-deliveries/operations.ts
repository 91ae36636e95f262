import { webhookDeliveries } from "@authpi/schema";
import { toPage } from "../../http/cursor.ts";
import { notFound, Problem } from "../../http/problem.ts";
import { type Call, followed, room } from "../../http/room.ts";
import { find, take } from "../../webhooks/deliveries.ts";
import { presentDelivery, presentDetail } from "../../webhooks/present.ts";
import type { Claimed, DeliveryDetail } from "../../webhooks/rows.ts";
import { endAttempt } from "../webhooks/try.ts";
import * as store from "./store.ts";

type Redeliver = Call<typeof webhookDeliveries, (typeof webhookDeliveries)["operations"]["redeliver"], DeliveryDetail>;

const beginRedelivery = async ({ tx, row, deps }: Redeliver) => {
  if (row.status === "delivering") throw new Problem("conflict", "This delivery is being made at this moment.");
  const taken = await take(tx, row, deps.clock.now());
  if (!taken)
    throw new Problem("conflict", "It cannot be sent again: it was a test, or its event is not kept any more.");
  const claimed: Claimed = { ...taken, kind: "call", before: row };
  return { answer: { ...presentDetail(taken.delivery), success: false }, begun: claimed };
};

export const webhookDeliveryRoom = room<typeof webhookDeliveries, DeliveryDetail>(webhookDeliveries, {
  load: ({ tx, params, lock }) => find(tx, params.webhook_id, params.delivery_id, lock),
  operations: {
    list: async ({ tx, params, query, page }) => {
      const rows = await store.list(tx, params.webhook_id, query, page);
      if (rows.length === 0 && !(await store.webhookExists(tx, params.webhook_id))) throw notFound();
      return toPage(rows, page, (row) => [row.id], presentDelivery);
    },
    get: ({ row }) => presentDetail(row),
    redeliver: followed(beginRedelivery, endAttempt),
  },
});
