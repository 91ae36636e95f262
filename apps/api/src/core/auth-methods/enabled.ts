import type { Tx } from "../../db/tx.ts";
import { type AuthMethodRow, list } from "./store.ts";

export type SignInMethod = Pick<AuthMethodRow, "id" | "method" | "name" | "use">;

/** What an issuer has switched on for signing in or up, in its order. Nothing else is served, whatever a page is sent. */
export const enabledMethods = async (tx: Tx, issuerId: string): Promise<SignInMethod[]> => {
  const rows = await list(tx, issuerId);
  return rows.filter(({ enabled, use }) => enabled && use !== "second_factor");
};
