import { issuerTokens, type TokenIntrospection } from "@authpi/schema";
import { addressOf } from "../../domain/ip.ts";
import { invalidField } from "../../http/problem.ts";
import { type Call, prepared, room } from "../../http/room.ts";
import { meOfToken } from "../../verification/tokens/me-of-token.ts";
import type { Read } from "../../verification/tokens/token-verifier.ts";
import { introspectKey } from "./key.ts";
import { refused } from "./refused.ts";
import * as store from "./store.ts";

export type IntrospectCall = Call<typeof issuerTokens, (typeof issuerTokens)["operations"]["introspect"], object>;

export const introspectionRoom = room<typeof issuerTokens, object>(issuerTokens, {
  operations: {
    introspect: prepared(
      /** The signature: the key that it asks for is not the transaction's business. */
      async ({ body, deps }): Promise<Read | undefined> =>
        body.token.startsWith("key_") ? undefined : deps.tokens.read(body.token),
      async (call): Promise<TokenIntrospection> => {
        const ip = presentedFrom(call.body.ip);
        const answer = await (call.prepared ? introspectToken(call, call.prepared, ip) : introspectKey(call, ip));
        // Nothing to record: it is refused, or an access token, whose use is nobody's event.
        if (!answer.active || (answer.type !== "api_key" && answer.type !== "personal_token")) call.unchanged();
        return answer;
      },
    ),
  },
});

const presentedFrom = (text: string | null | undefined): string | undefined => {
  const ip = addressOf(text ?? undefined);
  if (typeof text === "string" && ip === undefined) throw invalidField("ip", "must be an address");
  return ip;
};

const introspectToken = async (
  { tx, params, deps, emit }: IntrospectCall,
  { reason, claims }: Read,
  ip: string | undefined,
): Promise<TokenIntrospection> => {
  // Of another issuer's tokens it says no more than of garbage.
  if (!claims || claims.issuerId !== params.issuer_id) return refused("invalid");
  if (reason) return refused(reason);
  const asked = deps.tokens.ask(claims, ip, undefined);
  const judged = deps.tokens.judge(claims, await store.factsOf(tx, asked));
  if (judged.reason) return refused(judged.reason);
  const { tokenId, userId, issuerId } = judged.verified;
  if (tokenId) {
    await store.touchToken(tx, tokenId, asked.now);
    emit("personal-token.verified", { id: tokenId, issuer_id: issuerId, user_id: userId });
  }
  return { active: true, ...meOfToken(judged.verified) };
};
