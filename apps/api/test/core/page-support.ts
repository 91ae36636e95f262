import type { Tx } from "../../src/db/tx.ts";
import { appendEvents, type NewEvent } from "../../src/events/append.ts";
import { runJobs } from "../harness/jobs.ts";
import type { World } from "../harness/world.ts";
import { type Captured, mailsOf } from "../mail/support.ts";
import { newPlace } from "./support.ts";

/** A place, and what the issuer's pages do there: transactions of its account, whose results' events are appended. */
export const newPages = async (world: World, more: { issuer?: object; organization?: object } = {}) => {
  const place = await newPlace(world, more);
  const { database, deps: base } = world.server;
  const deps = { ...base };
  const auth = { type: "system" } as const;
  const origin = { source: "idp", trigger: "page", trace: "req_test", auth, epoch: 1 } as const;
  const inTx = <T>(work: (tx: Tx) => Promise<T>): Promise<T> =>
    database.transaction(place.accountId, async (tx) => {
      const result = await work(tx);
      const { events = [] } = Object(result) as { events?: NewEvent[] };
      await appendEvents(tx, events, origin, deps.ids);
      return result;
    });
  const mailsTo = async (address: string): Promise<Captured[]> => {
    await runJobs(world.server);
    return mailsOf(place.api, `?to=${encodeURIComponent(address)}`);
  };
  /** The code in the newest mail to the address. */
  const codeTo = async (address: string): Promise<string> => {
    const [mail] = await mailsTo(address);
    return /^\d{6}$/m.exec(mail?.text ?? "")?.[0] ?? "none";
  };
  /** The token in the newest mail to the address. */
  const tokenTo = async (address: string): Promise<string> => {
    const [mail] = await mailsTo(address);
    return mail?.links[0]?.replace(/^.*\//, "") ?? "none";
  };
  const linkOf = (token: string) => `${deps.idpUrl}/${place.issuerId}/ui/link/${token}`;
  const userOf = async (email: string, body: object = {}) => {
    const { data } = (
      await place.api.post(`${place.issuer}/users`, { username_type: "email", username: email, ...body })
    ).body;
    return data;
  };
  const from = { source: "192.0.2.7", language: "en" as const };
  return { ...place, deps, inTx, mailsTo, codeTo, tokenTo, linkOf, userOf, from };
};

/** Other digits than these. */
export const otherThan = (code: string): string => (code === "000000" ? "111111" : "000000");
