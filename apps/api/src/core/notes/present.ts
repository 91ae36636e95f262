import type { Note } from "@authpi/schema";
import type { NoteRow } from "./store.ts";

export const present = (row: NoteRow): Note => ({
  id: row.id,
  account_id: row.account_id,
  subject_type: row.subject_type,
  subject_id: row.subject_id,
  issuer_id: row.issuer_id,
  content: row.content,
  pinned: row.pinned,
  mentions: row.mentions,
  references: row.references,
  created_by: row.created_by,
  updated_by: row.updated_by,
  created_at: row.created_at,
  updated_at: row.updated_at,
});
