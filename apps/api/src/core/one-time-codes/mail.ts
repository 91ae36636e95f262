import type { Tx } from "../../db/tx.ts";
import type { Deps } from "../../deps.ts";
import { sourceOf } from "../../domain/ip.ts";
import { countLimited } from "../../limits/count.ts";
import type { Language } from "../../mail/language.ts";
import { queueMail } from "../../mail/queue.ts";
import type { MailValues, Template } from "../../mail/render.ts";

/** Where a mail goes, and who asked for it at a page. */
export interface MailOrder {
  issuerId: string;
  to: string;
  language: Language;
  /** The address of whoever asks; absent where nobody does, and it is we who tell. */
  source?: string | undefined;
}

/** A mail that somebody asked for at a page, counted for the address and for who asks. @throws {RateLimited} 429 */
export const mailAsked = async <T extends Template>(
  tx: Tx,
  deps: Deps,
  order: MailOrder,
  template: T,
  values: MailValues[T],
): Promise<void> => {
  await countLimited(
    tx,
    deps,
    { limit: "mailsToAddress", of: deps.secrets.macHexOf(tx.accountId, order.to) },
    { limit: "mailsFromSource", of: sourceOf(order.source) },
  );
  await mailTold(tx, deps, order, template, values);
};

/** A mail that tells of what was done: it is not limited, or an attacker's could hide what he does. */
export const mailTold = <T extends Template>(
  tx: Tx,
  deps: Deps,
  { issuerId, to, language }: MailOrder,
  template: T,
  values: MailValues[T],
): Promise<void> => queueMail(tx, deps, { issuerId, to, language, template, values });
