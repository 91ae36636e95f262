import type { Note } from "@authpi/schema";

type Links = Pick<Note, "mentions" | "references">;

const mention = /@\[[^[\]\n]*\]\((usr_[0-9a-z]{1,60})\)/g;
const reference = /\[\[(user|org|issuer|client|webhook|api_key):([A-Za-z0-9_]{1,100})(?:\|[^[\]\n]*)?\]\]/g;

/** Whom the text mentions and what it refers to, each once; what was there before keeps its time. */
export const linksOf = (content: string, issuerId: string, now: number, before: Links = noLinks): Links => {
  const users = new Set([...content.matchAll(mention)].map(([, id = ""]) => id));
  const mentions = [...users].map((id) => {
    const known = before.mentions.find((one) => one.mentioned_user_id === id);
    return known ?? { mentioned_user_id: id, created_at: now };
  });
  const targets = new Map(
    [...content.matchAll(reference)].map(([, type = "", id = ""]) => [`${type}:${id}`, { type, id }]),
  );
  const references = [...targets.values()].map(({ type, id }) => {
    const known = before.references.find((one) => one.ref_type === type && one.ref_id === id);
    // The expression admits these types alone.
    const ref_type = type as Note["references"][number]["ref_type"];
    return known ?? { ref_type, ref_id: id, ref_issuer_id: issuerOf(ref_type, id, issuerId), created_at: now };
  });
  return { mentions, references };
};

const noLinks: Links = { mentions: [], references: [] };

/** What stands below an issuer is taken to stand below the note's own. */
const issuerOf = (type: Note["references"][number]["ref_type"], id: string, issuerId: string): string | null => {
  if (type === "issuer") return id;
  return type === "webhook" || type === "api_key" ? null : issuerId;
};
