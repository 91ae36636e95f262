import type { Me } from "@authpi/schema";
import type { VerifiedToken } from "./token-verifier.ts";

/** What `GET /v1/me` and introspection say of a token. */
export const meOfToken = (token: VerifiedToken): Me => ({
  type: token.type,
  key_id: token.tokenId,
  user_id: token.userId,
  agent_id: token.agentId,
  client_id: token.clientId,
  issuer_id: token.issuerId,
  accounts: token.root ? token.memberships : [],
  organizations: token.root ? [] : token.memberships.map(({ org_id, scopes }) => ({ org_id, scopes })),
});
