import type { Tx } from "../../db/tx.ts";

/** An organization of which a part is about to be written. */
export interface Holder {
  issuer_id: string;
  id: string;
}

/** Begins a statement that writes a part of an organization: the organization's own time of the last write goes with it. */
export const withTouched = (tx: Tx, { issuer_id, id }: Holder, updated_at: number) =>
  tx.db.with("holder", () =>
    tx.update("organizations").set({ updated_at }).where("issuer_id", "=", issuer_id).where("id", "=", id),
  );
