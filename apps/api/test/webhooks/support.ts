import { good } from "../core/support.ts";
import { runJobs } from "../harness/jobs.ts";
import type { Tenant, World } from "../harness/world.ts";
import { type Receiver, startReceiver } from "./receiver.ts";

export interface Hooked extends Tenant {
  receiver: Receiver;
  webhook: {
    id: string;
    auth: { signature_secret_plain: string; bearer_token_plain?: string; signature_secret_hint: string };
    [field: string]: unknown;
  };
  /** Its path below the account. */
  path: string;
  /** Something happens that the webhook is told of; the event's id. */
  happen(): Promise<string>;
  /** Its deliveries, newest first. */
  deliveries(query?: string): Promise<Record<string, unknown>[]>;
  /** The webhook as it is now. */
  now(): Promise<Record<string, unknown>>;
}

/** A tenant with a webhook for notes alone, and somebody who receives what is sent. */
export const newHook = async (world: World, more: object = {}): Promise<Hooked> => {
  const [tenant, receiver] = await Promise.all([world.tenant(), startReceiver()]);
  const { api } = tenant;
  const body = { name: "hook", url: receiver.url, events: ["note.*"], auth: { type: "signature" }, ...more };
  const webhook = good(await api.post("webhooks", body));
  const path = `webhooks/${webhook.id}`;
  return {
    ...tenant,
    receiver,
    webhook,
    path,
    happen: async () => {
      good(await api.post("notes", { subject_type: "issuer", subject_id: "i_1", content: "Something happened." }));
      return good(await api.get("events?event_types=note.created&limit=1"))[0].id;
    },
    deliveries: async (query = "") => good(await api.get(`${path}/deliveries?${query}`)),
    now: async () => good(await api.get(path)),
  };
};

/** Moves the clock, and does what is due by then. */
export const later = async ({ server }: World, ms: number): Promise<void> => {
  server.clock.advance(ms);
  await runJobs(server);
};
