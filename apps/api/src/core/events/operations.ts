import { type Event, events } from "@authpi/schema";
import type { PageRequest } from "../../http/cursor.ts";
import { toPage } from "../../http/cursor.ts";
import { room } from "../../http/room.ts";
import * as store from "./store.ts";

export const eventRoom = room<typeof events, store.EventRow>(events, {
  load: ({ tx, params }) => store.find(tx, params.event_id),
  operations: {
    list: async ({ tx, query, page }) => {
      const { order, limit: _, cursor: __, ...filters } = query;
      if (order !== "asc") {
        const before = page.after === undefined ? undefined : String(page.after[0]);
        const rows = await store.newest(tx, filters, before, page.limit + 1);
        return toPage(rows, page, (row) => [row.id], present);
      }
      const from = positionOf(page);
      const rows = await store.forward(tx, filters, from, page.limit + 1);
      const shown = rows.slice(0, page.limit);
      const { epoch, xid, id } = shown.at(-1) ?? from;
      // An exhausted reader keeps its place, and polls from it.
      return {
        data: shown.map(present),
        has_more: rows.length > page.limit,
        next_cursor: page.cursorAt([epoch, xid, id]),
      };
    },
    get: ({ row }) => present(row),
  },
});

const positionOf = ({ after = [0, "0", ""] }: PageRequest): store.ForwardPosition => {
  const [epoch, xid, id] = after;
  return { epoch: Number(epoch), xid: String(xid), id: String(id) };
};

const present = (row: store.EventRow): Event => ({
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
