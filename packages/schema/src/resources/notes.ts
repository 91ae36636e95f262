import { type Static, Type } from "typebox";
import { defineResource, op } from "../contract.ts";
import * as f from "../fields.ts";
import { accounts } from "./accounts.ts";

export const noteSubjectTypes = ["user", "org", "issuer", "client", "agent"] as const;
export const noteRefTypes = ["user", "org", "issuer", "client", "webhook", "api_key"] as const;

const opaque = (about: string, example: string) =>
  Type.String({
    minLength: 1,
    maxLength: 100,
    pattern: "^[^\\x00-\\x1f\\x7f]*$",
    description: about,
    examples: [example],
  });
const issuerExample = "i_01kb2m4q7x9w3e5r8t1y6u0p2";
const subject = {
  subject_type: f.oneOf(noteSubjectTypes, { description: "What the note is about." }),
  subject_id: opaque("Its id. A note outlives what it is about.", issuerExample),
};
const writer = (what: string) =>
  opaque(`The id of the credential that ${what} it.`, "key_019a5c1e7b3f7c1a9d2e4f60718293a4");

export const NoteMention = Type.Object(
  { mentioned_user_id: f.id("user"), created_at: f.millis("When the text first named the user.") },
  { title: "NoteMention" },
);
export const NoteReference = Type.Object(
  {
    ref_type: f.oneOf(noteRefTypes),
    ref_id: opaque("The id of what is referred to.", issuerExample),
    ref_issuer_id: f.nullable(f.id("issuer", "The issuer that it stands below; null for webhooks and API keys")),
    created_at: f.millis("When the text first referred to it."),
  },
  { title: "NoteReference" },
);
const content = f.text({
  max: 10_000,
  required: true,
  lines: true,
  description: "Markdown. `@[Name](usr_…)` mentions a user; `[[type:id]]` and `[[type:id|text]]` refer to something.",
  examples: ["Renewal is due in May."],
});
const pinned = Type.Boolean({ description: "Pinned notes come first in lists." });

export const Note = Type.Object(
  {
    id: f.id("note"),
    account_id: f.id("account"),
    ...subject,
    issuer_id: f.id("issuer", "The issuer of the subject, or the subject itself"),
    content,
    pinned,
    mentions: Type.Array(NoteMention, { description: "Whom the text mentions, each once." }),
    references: Type.Array(NoteReference, { description: "What the text refers to, each once." }),
    created_by: writer("wrote"),
    updated_by: writer("last changed"),
    ...f.timestamps,
  },
  { title: "Note" },
);
export type Note = Static<typeof Note>;
export const NoteCount = Type.Object({ count: Type.Integer({ minimum: 0 }) }, { title: "NoteCount" });
export const NoteBacklinks = Type.Object({ data: Type.Array(Note) }, { title: "NoteBacklinks" });

export const NoteCreate = f.createBody(
  "NoteCreate",
  { ...subject, content },
  { issuer_id: f.idInput("issuer", "The subject's issuer; may be left out where the subject is one"), pinned },
);
export const NoteUpdate = f.updateBody("NoteUpdate", { content, pinned });

const ofSubject = { subject_type: f.optional(subject.subject_type), subject_id: f.optional(subject.subject_id) };
export const notes = defineResource({
  name: "notes",
  one: "note",
  segment: "notes",
  param: "note_id",
  parent: accounts,
  description: "What people of the account write about its users, organizations, issuers, clients and agents.",
  operations: {
    list: op.list({
      summary: "List notes, pinned ones first",
      item: Note,
      filters: {
        ...ofSubject,
        issuer_id: f.optional(f.idInput("issuer")),
        created_by: f.optional(writer("wrote")),
        pinned: f.optional(pinned),
        mentions_user_id: f.optional(f.idInput("user", "A user whom the text mentions")),
      },
    }),
    create: op.create({ summary: "Write a note", body: NoteCreate, returns: Note, emits: ["note.created"] }),
    count: op.read({
      suffix: "count",
      item: false,
      summary: "Count notes",
      filters: ofSubject,
      returns: NoteCount,
      envelope: "none",
    }),
    backlinks: op.read({
      suffix: "backlinks",
      item: false,
      summary: "List the notes that refer to something, newest first",
      filters: {
        ref_type: f.oneOf(noteRefTypes),
        ref_id: opaque("The id of what is referred to.", issuerExample),
        limit: f.optional(
          Type.Integer({ minimum: 1, maximum: 100, default: 50, description: "How many notes are answered at most." }),
        ),
      },
      returns: NoteBacklinks,
      envelope: "none",
    }),
    get: op.get({ summary: "Get a note", returns: Note }),
    update: op.update({ summary: "Update a note", body: NoteUpdate, returns: Note, emits: ["note.updated"] }),
    delete: op.delete({ summary: "Delete a note", emits: ["note.deleted"] }),
  },
});
