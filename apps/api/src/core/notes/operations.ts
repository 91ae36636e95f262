import { type NoteCreate, notes } from "@authpi/schema";
import type { Static } from "typebox";
import { defined } from "../../domain/defined.ts";
import { changesBetween } from "../../events/append.ts";
import { toPage } from "../../http/cursor.ts";
import { nextStamp } from "../../http/etag.ts";
import { invalid, invalidField } from "../../http/problem.ts";
import { room } from "../../http/room.ts";
import { linksOf } from "./links.ts";
import { present } from "./present.ts";
import * as store from "./store.ts";

export const noteRoom = room<typeof notes, store.NoteRow>(notes, {
  load: ({ tx, params, lock }) => store.find(tx, params.note_id, lock),
  operations: {
    list: async ({ tx, query, page }) =>
      toPage(await store.list(tx, query, page), page, (row) => [row.pinned ? 1 : 0, row.id], present),

    create: async ({ tx, body, caller, deps, emit }) => {
      const now = deps.clock.now();
      const id = deps.ids.make("note");
      const { subject_type, subject_id, content } = body;
      const issuer_id = issuerOf(body);
      const values = {
        ...{ id, subject_type, subject_id, issuer_id, content, pinned: body.pinned ?? false },
        ...{ created_by: caller.id, updated_by: caller.id, created_at: now, updated_at: now },
      };
      const note = present(await store.insert(tx, values, linksOf(content, issuer_id, now), id));
      emit("note.created", note);
      return note;
    },

    count: async ({ tx, query }) => ({ count: await store.count(tx, query) }),

    backlinks: async ({ tx, query: { limit = 50, ...target } }) => ({
      data: (await store.backlinks(tx, target, limit)).map(present),
    }),

    get: ({ row }) => present(row),

    update: async ({ tx, row, body, caller, deps, emit, unchanged }) => {
      const now = deps.clock.now();
      const values = defined({ content: body.content, pinned: body.pinned });
      const before = present(row);
      if (!changesBetween(before, present({ ...row, ...values }))) {
        unchanged();
        return before;
      }
      const links = linksOf(values.content ?? row.content, row.issuer_id, now, row);
      const written = { ...values, updated_by: caller.id, updated_at: nextStamp(now, row) };
      const note = present(await store.update(tx, row, written, links));
      emit("note.updated", note, changesBetween(before, note));
      return note;
    },

    delete: async ({ tx, row, emit }) => {
      await store.remove(tx, row);
      emit("note.deleted", present(row));
    },
  },
});

/** Only a note about an issuer may leave it out: then it is the subject itself. */
const issuerOf = ({ subject_type, subject_id, issuer_id }: Static<typeof NoteCreate>): string => {
  if (subject_type !== "issuer") {
    if (issuer_id) return issuer_id;
    throw invalid({ field: "issuer_id", code: "required", message: `is required for a note about a ${subject_type}` });
  }
  if (issuer_id && issuer_id !== subject_id) throw invalidField("issuer_id", "must be the subject_id");
  return subject_id;
};
