import { createHmac, type KeyObject, timingSafeEqual } from "node:crypto";
import { invalidField } from "./problem.ts";

/** Where a page ends: the values that its order compares. */
export type Position = readonly (string | number)[];

export interface PageRequest {
  limit: number;
  /** The last item of the page before. */
  after: Position | undefined;
  cursorAt(position: Position): string;
}

/** A cursor is bound to what it was made for: the list, its filters, the tenant. Anything else is refused. */
export const pageRequest = (
  key: KeyObject,
  list: readonly unknown[],
  query: { limit?: number; cursor?: string },
): PageRequest => {
  const macOf = (text: string) =>
    createHmac("sha256", key)
      .update(`${JSON.stringify(list)}\0${text}`)
      .digest()
      .subarray(0, 16);
  return {
    limit: query.limit ?? 50,
    after: query.cursor === undefined ? undefined : open(query.cursor, macOf),
    cursorAt: (position) => {
      const text = Buffer.from(JSON.stringify(position));
      return `${text.toString("base64url")}.${macOf(text.toString("base64url")).toString("base64url")}`;
    },
  };
};

const open = (cursor: string, macOf: (text: string) => Buffer): Position => {
  const [text, mac, ...rest] = cursor.split(".");
  const given = Buffer.from(mac ?? "", "base64url");
  if (!text || given.length !== 16 || rest.length > 0 || !timingSafeEqual(given, macOf(text))) {
    throw invalidField("cursor", "is damaged, or was made for another list or other filters");
  }
  // The MAC shows that these are the bytes that cursorAt wrote.
  return JSON.parse(Buffer.from(text, "base64url").toString()) as Position;
};

/** A page out of one row more than it holds. */
export const toPage = <Row, Item>(
  rows: readonly Row[],
  page: PageRequest,
  positionOf: (row: Row) => Position,
  present: (row: Row) => Item,
) => {
  const shown = rows.slice(0, page.limit);
  const last = shown.at(-1);
  const more = rows.length > page.limit && last !== undefined;
  return { data: shown.map(present), has_more: more, next_cursor: more ? page.cursorAt(positionOf(last)) : null };
};
