import { agentVerifiers } from "@authpi/schema";
import { jsonb } from "../../db/expressions.ts";
import { notFound, Problem } from "../../http/problem.ts";
import { prepared, room } from "../../http/room.ts";
import { readCredential } from "./credentials.ts";
import { present } from "./present.ts";
import * as store from "./store.ts";

/** Of an agent. */
const VERIFIERS_MAX = 20;

export const agentVerifierRoom = room<typeof agentVerifiers, store.AgentVerifierRow>(agentVerifiers, {
  load: ({ tx, params, lock }) => store.find(tx, params, params.verifier_id, lock),
  operations: {
    list: async ({ tx, params }) => {
      const rows = await store.list(tx, params);
      if (rows.length === 0 && !(await store.agentExists(tx, params, false))) throw notFound();
      return { data: rows.map(present), has_more: false, next_cursor: null };
    },

    create: prepared(
      // A key is read off the main thread.
      ({ body }) => readCredential(body),
      async ({ tx, params, body, deps, emit, prepared: { credential, subject } }) => {
        if (!(await store.agentExists(tx, params, true))) throw notFound();
        if ((await store.count(tx, params)) >= VERIFIERS_MAX) {
          throw new Problem("conflict", `An agent has at most ${VERIFIERS_MAX} verifiers.`);
        }
        const now = deps.clock.now();
        const id = deps.ids.make("verifier");
        const secret = body.type === "secret" ? deps.secrets.mint("agent", id) : undefined;
        const row = await store.insert(tx, {
          id,
          issuer_id: params.issuer_id,
          agent_id: params.agent_id,
          type: body.type,
          name: body.name ?? null,
          description: body.description ?? null,
          credential: credential === null ? null : jsonb(credential),
          subject,
          ...(secret && { secret_mac: secret.mac, secret_pepper: secret.pepper, secret_hint: secret.hint }),
          created_at: now,
          updated_at: now,
        });
        if (!row) throw new Problem("conflict", `The agent has this ${body.type} already.`);
        const verifier = present(row);
        emit("agent.verifier.added", verifier);
        return { ...verifier, ...(secret && { secret: secret.plain }) };
      },
    ),

    delete: async ({ tx, row, emit }) => {
      await store.remove(tx, row);
      emit("agent.verifier.removed", present(row));
    },
  },
});
