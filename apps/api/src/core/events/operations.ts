import { eventBucketsMax, events } from "@authpi/schema";
import { presentEvent } from "../../events/present.ts";
import type { PageRequest } from "../../http/cursor.ts";
import { toPage } from "../../http/cursor.ts";
import { invalidField } from "../../http/problem.ts";
import { room } from "../../http/room.ts";
import { aggregate } from "./aggregate.ts";
import { filtersOf } from "./filters.ts";
import { type ForwardPosition, forward } from "./forward.ts";
import * as store from "./store.ts";

export const eventRoom = room<typeof events, store.EventRow>(events, {
  load: ({ tx, params }) => store.find(tx, params.event_id),
  operations: {
    list: async ({ tx, query, page }) => {
      const filters = filtersOf(query);
      if (query.order !== "asc") {
        const before = page.after === undefined ? undefined : String(page.after[0]);
        const rows = await store.newest(tx, filters, before, page.limit + 1);
        return toPage(rows, page, (row) => [row.id], presentEvent);
      }
      const { rows, more, at } = await forward(tx, filters, positionOf(page), page.limit);
      // An exhausted reader keeps its place, and polls from it.
      return { data: rows.map(presentEvent), has_more: more, next_cursor: page.cursorAt([at.epoch, at.xid, at.id]) };
    },

    aggregate: async ({ tx, query }) => {
      const { interval = null, group_by: groupBy = null, count_unique: countUnique = null, ...filters } = query;
      const buckets = await aggregate(tx, filtersOf(filters), { interval, groupBy, countUnique });
      if (!buckets) throw tooMany(interval, groupBy);
      return { interval, group_by: groupBy, buckets };
    },

    get: ({ row }) => presentEvent(row),
  },
});

const positionOf = ({ after = [0, "0", ""] }: PageRequest): ForwardPosition => {
  const [epoch, xid, id] = after;
  return { epoch: Number(epoch), xid: String(xid), id: String(id) };
};

const tooMany = (interval: string | null, groupBy: string | null) => {
  const span = interval ? ["a longer interval", "a shorter time from after to before"] : [];
  const keys = groupBy ? ["more filters", "no group_by"] : [];
  const ways = [...span, ...keys].join(", or ");
  const max = eventBucketsMax.toLocaleString("en");
  return invalidField(interval ? "interval" : "group_by", `would make more than ${max} buckets; ask for ${ways}`);
};
