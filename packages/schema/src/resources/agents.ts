import { type Static, Type } from "typebox";
import { defineResource, op } from "../contract.ts";
import * as f from "../fields.ts";
import { agentVerifierTypes } from "./agent-verifier.ts";
import { issuers } from "./issuers.ts";

const statuses = ["active", "suspended", "blocked"] as const;
const fact = (about: string, example: string) =>
  f.nullable(f.text({ max: 200, description: about, examples: [example] }));
const exactly = (about: string) => f.optional(f.text({ max: 200, required: true, description: about }));

const values = {
  description: f.description,
  model: fact("The model that it runs on.", "atlas-2"),
  provider: fact("Who provides the model.", "Example AI"),
  version: fact("The agent's own version.", "1.4.0"),
  scopes: f.scopes("The ceiling of its tokens; of the issuer's catalogue, where that is not empty."),
  metadata: f.metadata,
};
export const Agent = Type.Object(
  {
    id: f.id("agent"),
    account_id: f.id("account"),
    issuer_id: f.id("issuer"),
    name: f.name,
    ...values,
    verifiers: Type.Array(f.oneOf(agentVerifierTypes), {
      description: "The types of its verifiers, each once. Looked up when asked; does not move the `ETag`.",
    }),
    ...f.statusFields(statuses),
    ...f.timestamps,
  },
  { title: "Agent" },
);
export type Agent = Static<typeof Agent>;

export const AgentCreate = f.createBody("AgentCreate", { name: f.name }, values);
export const AgentUpdate = f.updateBody("AgentUpdate", {
  name: f.name,
  ...values,
  scopes: f.nullable(values.scopes),
  metadata: f.nullable(f.metadata),
  ...f.statusInput(["active", "suspended"]),
});

const lifecycle = { body: f.StatusBody, returns: Agent };
export const agents = defineResource({
  name: "agents",
  one: "agent",
  segment: "agents",
  param: "agent_id",
  parent: issuers,
  description: "An agent is a program that acts by itself: it proves who it is by a verifier, and can be a member.",
  operations: {
    list: op.list({
      summary: "List agents",
      item: Agent,
      filters: {
        status: f.optional(f.oneOf(statuses)),
        model: exactly("Exact."),
        provider: exactly("Exact."),
        has_verifiers: f.optional(Type.Boolean({ description: "Whether it has a verifier at all." })),
        wallet: f.optional(
          f.text({
            max: 170,
            required: true,
            description: "A CAIP-10 account: the agents with a wallet verifier of it. `eip155` addresses in any case.",
            examples: ["eip155:1:0xab16a96d359ec26a11e2c2b3d8f8b8942d5bfcdb"],
          }),
        ),
      },
    }),
    create: op.create({ summary: "Create an agent", body: AgentCreate, returns: Agent, emits: ["agent.created"] }),
    get: op.get({ summary: "Get an agent", returns: Agent }),
    update: op.update({
      summary: "Update an agent",
      body: AgentUpdate,
      returns: Agent,
      emits: ["agent.updated", "agent.suspended", "agent.reactivated"],
    }),
    delete: op.delete({
      summary: "Delete an agent",
      description: "Final; its verifiers, its memberships and its places in groups go along.",
      emits: ["agent.deleted"],
    }),
    suspend: op.action({
      suffix: "suspend",
      summary: "Suspend an agent",
      description: "It stays a member of its organizations.",
      ...lifecycle,
      emits: ["agent.suspended"],
    }),
    reactivate: op.action({
      suffix: "reactivate",
      summary: "Reactivate an agent",
      ...lifecycle,
      emits: ["agent.reactivated"],
    }),
  },
});
