import { clients, graceSecondsDefault } from "@authpi/schema";
import { jsonb } from "../../db/expressions.ts";
import { defined } from "../../domain/defined.ts";
import { changesBetween } from "../../events/append.ts";
import { toPage } from "../../http/cursor.ts";
import { nextStamp } from "../../http/etag.ts";
import { Problem } from "../../http/problem.ts";
import { type Call, prepared, room } from "../../http/room.ts";
import { cataloguesOf, requireIn } from "../catalogues.ts";
import * as sessions from "../sessions/store.ts";
import { addAskedFor, keyAskedFor } from "../signing-keys/on-demand.ts";
import { statusColumns } from "../status.ts";
import { present, presentItem } from "./present.ts";
import { changedSettings, initialSettings, requireValid } from "./rules.ts";
import * as store from "./store.ts";

type Operations = (typeof clients)["operations"];
type ClientCall<K extends keyof Operations> = Call<typeof clients, Operations[K], store.ClientRow>;

const GRACE_MS = graceSecondsDefault * 1000;
const catalogue = "the issuer's available_scopes do";

export const clientRoom = room<typeof clients, store.ClientRow>(clients, {
  load: ({ tx, params, lock }) => store.find(tx, params.issuer_id, params.client_id, lock),
  operations: {
    list: async ({ tx, params, query, page }) =>
      toPage(await store.list(tx, params.issuer_id, query, page), page, (row) => [row.id], presentItem),

    create: prepared(
      ({ params, body, deps }) => keyAskedFor(deps, params.issuer_id, body.settings?.response_signature_alg),
      async ({ tx, params, parents, body, caller, deps, emit, prepared: key }) => {
        const now = deps.clock.now();
        const settings = initialSettings(body.settings, body.confidential);
        requireValid(settings, body.confidential);
        requireIn(cataloguesOf(parents).issuer_scopes, catalogue, "settings.scopes", settings.scopes);

        const id = deps.ids.make("client");
        const secret = body.confidential ? deps.secrets.mint("client", id) : undefined;
        const row = await store.insert(tx, {
          id,
          issuer_id: params.issuer_id,
          name: body.name,
          description: body.description ?? null,
          logo_url: body.logo_url ?? null,
          type: body.type,
          confidential: body.confidential,
          settings: jsonb(settings),
          metadata: jsonb(body.metadata ?? {}),
          ...(secret && { secret_mac: secret.mac, secret_pepper: secret.pepper, secret_rotated_at: now }),
          ...(body.status && statusColumns(body.status, body, caller, now)),
          created_at: now,
          updated_at: now,
        });
        await addAskedFor(tx, key);
        const client = present(row);
        emit("client.created", client);
        return { ...client, ...(secret && { secret: secret.plain }) };
      },
    ),

    get: ({ row }) => present(row),

    update: prepared(
      ({ params, body, deps }) => keyAskedFor(deps, params.issuer_id, body.settings?.response_signature_alg),
      async ({ tx, row, parents, body, caller, deps, emit, unchanged, prepared: key }) => {
        const now = deps.clock.now();
        const confidential = body.confidential ?? row.confidential;
        const resettled = body.settings !== undefined || confidential !== row.confidential;
        const values = defined({
          name: body.name,
          description: body.description,
          logo_url: body.logo_url,
          type: body.type,
          confidential: body.confidential,
          metadata: body.metadata === null ? {} : body.metadata,
          settings: resettled ? changedSettings(row, body.settings, confidential) : undefined,
        });
        if (values.settings) {
          requireValid(values.settings, confidential);
          if (body.settings?.scopes) {
            requireIn(cataloguesOf(parents).issuer_scopes, catalogue, "settings.scopes", values.settings.scopes);
          }
        }
        const status = body.status === row.status ? undefined : body.status;
        const columns = {
          ...values,
          ...(!confidential && noSecret),
          ...(status && statusColumns(status, body, caller, now)),
        };
        const before = present(row);
        if (!changesBetween(before, present({ ...row, ...columns }))) {
          unchanged();
          return before;
        }
        await addAskedFor(tx, key);
        const client = present(await store.update(tx, row, { ...columns, updated_at: nextStamp(now, row) }));
        emit(status ? statusEvents[status] : "client.updated", client, changesBetween(before, client));
        return client;
      },
    ),

    /** The row stays, for who asks for deleted ones; nothing else finds it. */
    delete: async ({ tx, row, caller, deps, emit }) => {
      const now = deps.clock.now();
      const reason = { status_reason: "The client was deleted" };
      const ended = await sessions.revokeOfClient(tx, row, statusColumns("revoked", reason, caller, now));
      emit("client.deleted", present(row), undefined, { counts: { sessions: ended.length } });
      await store.update(tx, row, { ...statusColumns("deleted", {}, caller, now), updated_at: nextStamp(now, row) });
    },

    block: (call) => setStatus(call, "disabled", (...told) => call.emit("client.blocked", ...told)),
    unblock: (call) => setStatus(call, "active", (...told) => call.emit("client.unblocked", ...told)),

    rotateSecret: async ({ tx, row, deps, emit }) => {
      if (!row.confidential) throw new Problem("conflict", "A public client has no secret.");
      const now = deps.clock.now();
      const secret = deps.secrets.mint("client", row.id);
      const after = await store.update(tx, row, {
        secret_mac: secret.mac,
        secret_pepper: secret.pepper,
        secret_rotated_at: now,
        previous_mac: row.secret_mac,
        previous_expires_at: now + GRACE_MS,
        updated_at: nextStamp(now, row),
      });
      emit("client.secret.rotated", present(after));
      return { secret: secret.plain };
    },
  },
});

const noSecret = { secret_mac: null, secret_rotated_at: null, previous_mac: null, previous_expires_at: null };
const statusEvents = { active: "client.unblocked", disabled: "client.blocked" } as const;

const setStatus = async (
  { tx, row, body, caller, deps, unchanged }: Omit<ClientCall<"block">, "emit">,
  status: "active" | "disabled",
  tell: (resource: object, previous?: object) => void,
) => {
  if (row.status === status) {
    unchanged();
    return present(row);
  }
  const now = deps.clock.now();
  const columns = { ...statusColumns(status, body, caller, now), updated_at: nextStamp(now, row) };
  const client = present(await store.update(tx, row, columns));
  tell(client, changesBetween(present(row), client));
  return client;
};
