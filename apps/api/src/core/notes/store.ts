import type { Note } from "@authpi/schema";
import { type Selectable, type SqlBool, sql, type Updateable } from "kysely";
import type { Tables } from "../../db/tables.generated.ts";
import type { Tx } from "../../db/tx.ts";
import type { PageRequest } from "../../http/cursor.ts";

type Links = Pick<Note, "mentions" | "references">;
export type NoteRow = Selectable<Tables["notes"]> & Links;
export interface NoteSubject {
  subject_type?: Note["subject_type"];
  subject_id?: string;
}
export interface NoteFilters extends NoteSubject {
  issuer_id?: string;
  created_by?: string;
  pinned?: boolean;
  mentions_user_id?: string;
}
export interface NoteTarget {
  ref_type: Note["references"][number]["ref_type"];
  ref_id: string;
}

export const find = (tx: Tx, id: string, lock: boolean) =>
  withLinks(tx)
    .where("id", "=", id)
    .$if(lock, (query) => query.forUpdate("notes"))
    .executeTakeFirst();

export const list = (tx: Tx, filters: NoteFilters, page: PageRequest) => {
  const { mentions_user_id, pinned, issuer_id, created_by, ...subject } = filters;
  let query = withLinks(tx).where(isAbout(subject));
  if (issuer_id !== undefined) query = query.where("issuer_id", "=", issuer_id);
  if (created_by !== undefined) query = query.where("created_by", "=", created_by);
  if (pinned !== undefined) query = query.where("pinned", "=", pinned);
  if (mentions_user_id !== undefined)
    query = query.where(linksTo(tx, "mention", { ref_type: "user", ref_id: mentions_user_id }));
  if (page.after) {
    const [isPinned, id] = page.after;
    query = query.where(sql<SqlBool>`(pinned, id) < (${isPinned === 1}, ${id})`);
  }
  return query
    .orderBy("pinned", "desc")
    .orderBy("id", "desc")
    .limit(page.limit + 1)
    .execute();
};

export const count = async (tx: Tx, subject: NoteSubject): Promise<number> => {
  const { n } = await tx
    .from("notes")
    .where(isAbout(subject))
    .select(sql<number>`count(*)`.as("n"))
    .executeTakeFirstOrThrow();
  return n;
};

export const backlinks = (tx: Tx, target: NoteTarget, limit: number) =>
  withLinks(tx)
    .where(linksTo(tx, "reference", target))
    .orderBy("id", "desc")
    .limit(limit)
    .execute();

export const insert = async (tx: Tx, note: Parameters<typeof tx.insert<"notes">>[1], links: Links, id: string) => {
  const row = await tx.insert("notes", note).returningAll().executeTakeFirstOrThrow();
  const rows = rowsOf(id, links);
  if (rows.length > 0) await tx.insert("note_links", rows).execute();
  return { ...row, ...links };
};

/** The note and its links in one message: those that are gone, and those that are there. */
export const update = async (tx: Tx, { id }: NoteRow, values: Updateable<Tables["notes"]>, links: Links) => {
  const rows = rowsOf(id, links);
  const keys = JSON.stringify(rows.map(({ kind, ref_type, ref_id }) => `${kind} ${ref_type} ${ref_id}`));
  const gone = tx
    .delete("note_links")
    .where("note_id", "=", id)
    .where(sql<SqlBool>`not ${keys}::jsonb ? (kind || ' ' || ref_type || ' ' || ref_id)`);
  const written = tx.db
    .with("note", () => tx.update("notes").set(values).where("id", "=", id).returningAll())
    .with("gone", () => gone);
  const row = await (rows.length > 0
    ? written
        .with("there", () => upsert(tx, rows))
        .selectFrom("note")
        .selectAll()
    : written.selectFrom("note").selectAll()
  ).executeTakeFirstOrThrow();
  return { ...row, ...links };
};

/** Its links fall with it. */
export const remove = (tx: Tx, { id }: NoteRow) => tx.delete("notes").where("id", "=", id).execute();

const upsert = (tx: Tx, rows: ReturnType<typeof rowsOf>) =>
  tx
    .insert("note_links", rows)
    .onConflict((conflict) =>
      conflict
        .columns(["account_id", "note_id", "kind", "ref_type", "ref_id"])
        .doUpdateSet({ position: sql`excluded.position` }),
    );

const rowsOf = (note_id: string, { mentions, references }: Links) => [
  ...mentions.map(({ mentioned_user_id, created_at }, position) => ({
    ...{ note_id, kind: "mention" as const, ref_type: "user" as const, ref_id: mentioned_user_id },
    ...{ ref_issuer_id: null, position, created_at },
  })),
  ...references.map((reference, position) => ({ note_id, kind: "reference" as const, ...reference, position })),
];

const withLinks = (tx: Tx) =>
  tx
    .from("notes")
    .selectAll("notes")
    .select([
      sql<Note["mentions"]>`(select coalesce(jsonb_agg(jsonb_build_object('mentioned_user_id', l.ref_id,
        'created_at', l.created_at) order by l.position), '[]') from note_links l
        where ${tx.own("l")} and l.note_id = notes.id and l.kind = 'mention')`.as("mentions"),
      sql<Note["references"]>`(select coalesce(jsonb_agg(jsonb_build_object('ref_type', l.ref_type, 'ref_id', l.ref_id,
        'ref_issuer_id', l.ref_issuer_id, 'created_at', l.created_at) order by l.position), '[]') from note_links l
        where ${tx.own("l")} and l.note_id = notes.id and l.kind = 'reference')`.as("references"),
    ]);

const isAbout = ({ subject_type, subject_id }: NoteSubject) => {
  const type = subject_type === undefined ? sql`true` : sql`subject_type = ${subject_type}`;
  return sql<SqlBool>`${type} and ${subject_id === undefined ? sql`true` : sql`subject_id = ${subject_id}`}`;
};

const linksTo = (tx: Tx, kind: "mention" | "reference", { ref_type, ref_id }: NoteTarget) =>
  sql<SqlBool>`exists (select from note_links l where ${tx.own("l")} and l.note_id = notes.id
    and l.kind = ${kind} and l.ref_type = ${ref_type} and l.ref_id = ${ref_id})`;
