import { defineResource, op } from "../contract.ts";
import { AgentVerifier, AgentVerifierCreate, AgentVerifierCreated } from "./agent-verifier.ts";
import { agents } from "./agents.ts";

export const agentVerifiers = defineResource({
  name: "verifiers",
  one: "agentVerifier",
  segment: "verifiers",
  param: "verifier_id",
  parent: agents,
  description: "What an agent proves itself by: a secret, a wallet or a key pair of its own.",
  operations: {
    list: op.list({ summary: "List the verifiers of an agent", item: AgentVerifier, whole: true }),
    create: op.create({
      summary: "Add a verifier to an agent",
      description: "At most 20, and each wallet or key once. A secret is shown in this answer only.",
      body: AgentVerifierCreate,
      returns: AgentVerifierCreated,
      emits: ["agent.verifier.added"],
    }),
    delete: op.delete({ summary: "Remove a verifier from an agent", emits: ["agent.verifier.removed"] }),
  },
});
