import { agents } from "@authpi/schema";
import { jsonb } from "../../db/expressions.ts";
import { defined } from "../../domain/defined.ts";
import { normalizeWallet } from "../../domain/wallets.ts";
import { changesBetween } from "../../events/append.ts";
import { toPage } from "../../http/cursor.ts";
import { nextStamp } from "../../http/etag.ts";
import { invalidField, Problem } from "../../http/problem.ts";
import { type Call, room } from "../../http/room.ts";
import { cataloguesOf, requireIn } from "../catalogues.ts";
import { statusColumns } from "../status.ts";
import { present } from "./present.ts";
import * as store from "./store.ts";

type Operations = (typeof agents)["operations"];
type AgentCall<K extends keyof Operations> = Call<typeof agents, Operations[K], store.AgentRow>;

const catalogue = "the issuer's available_scopes do";

export const agentRoom = room<typeof agents, store.AgentRow>(agents, {
  load: ({ tx, params, lock }) => store.find(tx, params.issuer_id, params.agent_id, lock),
  operations: {
    list: async ({ tx, params, query: { wallet, ...filters }, page }) => {
      const account = wallet === undefined ? undefined : requireWallet(wallet);
      const found = { ...filters, ...(account !== undefined && { wallet: account }) };
      return toPage(await store.list(tx, params.issuer_id, found, page), page, (row) => [row.id], present);
    },

    create: async ({ tx, params, parents, body, deps, emit }) => {
      const now = deps.clock.now();
      const scopes = body.scopes ?? [];
      requireIn(cataloguesOf(parents).issuer_scopes, catalogue, "scopes", scopes);
      const row = await store.insert(tx, {
        id: deps.ids.make("agent"),
        issuer_id: params.issuer_id,
        name: body.name,
        description: body.description ?? null,
        model: body.model ?? null,
        provider: body.provider ?? null,
        version: body.version ?? null,
        scopes,
        metadata: jsonb(body.metadata ?? {}),
        created_at: now,
        updated_at: now,
      });
      const agent = present({ ...row, verifiers: [] });
      emit("agent.created", agent);
      return agent;
    },

    get: ({ row }) => present(row),

    update: async ({ tx, row, parents, body, caller, deps, emit, unchanged }) => {
      const { name, description, model, provider, version } = body;
      const columns = defined({
        ...{ name, description, model, provider, version },
        scopes: body.scopes === null ? [] : body.scopes,
        metadata: body.metadata === null ? {} : body.metadata,
      });
      const status = body.status === row.status ? undefined : body.status;
      if (status) requireTransition(row, status);
      if (columns.scopes) requireIn(cataloguesOf(parents).issuer_scopes, catalogue, "scopes", columns.scopes);
      const before = present(row);
      const now = deps.clock.now();
      const values = { ...columns, ...(status && statusColumns(status, body, caller, now)) };
      if (!changesBetween(before, present({ ...row, ...values }))) {
        unchanged();
        return before;
      }
      const written = await store.update(tx, row, { ...values, updated_at: nextStamp(now, row) });
      const agent = present({ ...row, ...written });
      emit(status ? statusEvents[status] : "agent.updated", agent, changesBetween(before, agent));
      return agent;
    },

    delete: async ({ tx, row, emit }) => {
      const counts = await store.remove(tx, row);
      emit("agent.deleted", present(row), undefined, { counts });
    },

    suspend: (call) => setStatus(call, "suspended", (...told) => call.emit("agent.suspended", ...told)),
    reactivate: (call) => setStatus(call, "active", (...told) => call.emit("agent.reactivated", ...told)),
  },
});

const requireWallet = (text: string): string => {
  const wallet = normalizeWallet(text);
  if (wallet === undefined) throw invalidField("wallet", "is not a CAIP-10 account");
  return wallet;
};

type Settable = "active" | "suspended";
const statusEvents = { active: "agent.reactivated", suspended: "agent.suspended" } as const;

const requireTransition = ({ status }: store.AgentRow, to: Settable): void => {
  if (status === "blocked") throw new Problem("conflict", `An agent that is blocked cannot become ${to} this way.`);
};

const setStatus = async (
  { tx, row, body, caller, deps, unchanged }: Omit<AgentCall<"suspend">, "emit">,
  to: Settable,
  tell: (resource: object, previous?: object) => void,
) => {
  if (row.status === to) {
    unchanged();
    return present(row);
  }
  requireTransition(row, to);
  const now = deps.clock.now();
  const columns = { ...statusColumns(to, body, caller, now), updated_at: nextStamp(now, row) };
  const agent = present({ ...row, ...(await store.update(tx, row, columns)) });
  tell(agent, changesBetween(present(row), agent));
  return agent;
};
