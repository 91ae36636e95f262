import { good, newPlace, newUser, type Place } from "../core/support.ts";
import { insertSession } from "../harness/sessions.ts";
import { accessToken, type Different, meWith } from "../harness/tokens.ts";
import type { World } from "../harness/world.ts";

export interface TokenScene extends Place {
  userId: string;
  clientId: string;
  /** A token of the user at the client. */
  token(different?: Different): Promise<string>;
  session(columns?: Record<string, unknown>): Promise<string>;
}

/** A user with `invoices:read` in an organization, and a client. */
export const newTokenScene = async (world: World): Promise<TokenScene> => {
  const place = await newPlace(world);
  const { api, issuer, issuerId, accountId } = place;
  const { id: userId } = await newUser(place, "ada");
  const { id: clientId } = good(
    await api.post(`${issuer}/clients`, {
      ...{ name: "web", type: "internal", confidential: true },
      settings: { openid: { redirect_uris: ["https://app.example.com/callback"] } },
    }),
  );
  good(await api.post(`${place.organization}/members`, { member_id: userId, scopes: ["invoices:read"] }));
  const own = { sub: userId, client_id: clientId, dat: { type: "identity" } };
  return {
    ...{ ...place, userId, clientId },
    token: ({ claims = {}, ...different } = {}) => accessToken(world, issuerId, { ...own, ...claims }, different),
    session: (columns = {}) =>
      insertSession(world.sql, {
        ...{ account_id: accountId, issuer_id: issuerId, user_id: userId, type: "rp", client_id: clientId },
        ...columns,
      }),
  };
};

export const statusWith = async (world: World, token: string): Promise<number> => (await meWith(world, token)).status;
