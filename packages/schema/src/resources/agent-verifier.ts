import { type Static, Type } from "typebox";
import * as f from "../fields.ts";

export const agentVerifierTypes = ["secret", "wallet", "jwk"] as const;

const type = f.oneOf(agentVerifierTypes, {
  description: "`secret`: made by the server. `wallet`: a CAIP-10 account, stored and looked up. `jwk`: a public key.",
});
const credential = (about: string) =>
  Type.Unsafe<string | Record<string, unknown> | null>({
    type: ["string", "object", "null"],
    maxLength: 170,
    additionalProperties: true,
    maxProperties: 20,
    "x-json-max": 2000,
    description: about,
    examples: ["eip155:1:0xab16a96d359ec26a11e2c2b3d8f8b8942d5bfcdb"],
  });
const label = f.nullable(f.name);

const core = {
  id: f.id("verifier"),
  account_id: f.id("account"),
  issuer_id: f.id("issuer"),
  agent_id: f.id("agent"),
  type,
  name: label,
  description: f.description,
  credential: credential("Of a wallet its CAIP-10 account, of a jwk the public key (RFC 7517), of a secret null."),
  secret_hint: f.nullable(Type.String({ description: "The last 8 characters of a secret." })),
  usage_count: Type.Integer({ minimum: 0, description: "How often the agent has proved itself by it." }),
  last_used_at: f.nullable(f.millis("When the agent last proved itself by it.")),
  ...f.statusFields(["active"]),
  ...f.timestamps,
};
export const AgentVerifier = Type.Object(core, { title: "AgentVerifier" });
export type AgentVerifier = Static<typeof AgentVerifier>;
export const AgentVerifierCreated = Type.Object(
  {
    ...core,
    secret: Type.Optional(Type.String({ description: "Of a `secret` verifier the secret: in this answer only." })),
  },
  { title: "AgentVerifierCreated" },
);
export const AgentVerifierCreate = f.createBody(
  "AgentVerifierCreate",
  { type },
  {
    name: label,
    description: f.description,
    credential: credential(
      "Of a wallet its CAIP-10 account, of a jwk a public key for ES256, EdDSA or RS256; of a secret nothing.",
    ),
  },
);
