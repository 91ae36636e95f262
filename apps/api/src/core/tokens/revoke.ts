import { type PersonalToken, userTokens } from "@authpi/schema";
import type { Tx } from "../../db/tx.ts";
import type { Deps } from "../../deps.ts";
import { changesBetween, type NewEvent } from "../../events/append.ts";
import { tell } from "../../events/tell.ts";
import { nextStamp } from "../../http/etag.ts";
import { notFound } from "../../http/problem.ts";
import type { statusColumns } from "../status.ts";
import { present } from "./present.ts";
import * as store from "./store.ts";

/** Ends a token that is not revoked: what it is then, and what it was. */
export const revokeToken = async (
  tx: Tx,
  row: store.TokenRow,
  columns: ReturnType<typeof statusColumns<"revoked">>,
  now: number,
): Promise<{ token: PersonalToken; previous: Record<string, unknown> | undefined }> => {
  const written = await store.update(tx, row.id, { ...columns, updated_at: nextStamp(now, row) }, now);
  const token = present(written);
  return { token, previous: changesBetween(present(row), token) };
};

/**
 * A user ends a token of their own.
 *
 * @throws {Problem} 404 where it is none of theirs
 */
export const revokeOwnToken = async (
  tx: Tx,
  { clock }: Pick<Deps, "clock">,
  { issuer_id, user_id }: { issuer_id: string; user_id: string },
  id: string,
): Promise<{ events: NewEvent[] }> => {
  const now = clock.now();
  const row = await store.find(tx, id, now, true);
  if (row?.issuer_id !== issuer_id || row.user_id !== user_id) throw notFound();
  if (row.status === "revoked") return { events: [] };
  const columns = { status: "revoked" as const, status_at: now, status_reason: null, status_by: user_id };
  const { token, previous } = await revokeToken(tx, row, columns, now);
  return { events: [tell(tx, userTokens, "user.personal-token.revoked", token, { previous })] };
};
