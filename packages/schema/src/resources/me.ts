import { type Static, Type } from "typebox";
import { defineResource } from "../contract.ts";
import { id, nullable, oneOf, scopesHeld } from "../fields.ts";

const granted = scopesHeld("The scopes held there.");

export const Me = Type.Object(
  {
    type: oneOf(["api_key", "user", "personal_token", "agent", "client"]),
    key_id: nullable(id("apiKey", "The id of the API key, or of the personal token (`tok_…`)")),
    user_id: nullable(id("user")),
    agent_id: nullable(id("agent")),
    client_id: nullable(id("client")),
    issuer_id: nullable(id("issuer")),
    accounts: Type.Array(Type.Object({ account_id: id("account"), org_id: id("organization"), scopes: granted }), {
      description: "The accounts that the credential acts on; one for an account's key.",
    }),
    organizations: Type.Array(Type.Object({ org_id: id("organization"), scopes: granted }), {
      description: "The organizations that the credential is good for; one for an organization's key.",
    }),
  },
  { title: "Me" },
);
export type Me = Static<typeof Me>;

export const me = defineResource({
  name: "me",
  one: "me",
  segment: "me",
  param: "me",
  description: "Who the presented credential is, and what it may do.",
  operations: {
    get: {
      kind: "read",
      item: false,
      summary: "Verify a credential",
      description:
        "Answers for the credential in `Authorization` itself: an API key, a personal token, or an access token of any issuer of the installation. Reads the truth at every call: a key revoked a moment ago is refused, a membership removed a moment ago is gone. Tokens are told their subject's memberships, after the client's `organizations` setting and a personal token's scopes. A verification of an organization's key records `api-key.verified`, of a personal token `personal-token.verified`. An expired token is 401 `session_expired`.",
      query: Type.Object({}, { additionalProperties: false }),
      returns: Me,
    },
  },
});
