import type { Tx } from "../db/tx.ts";
import type { Deps } from "../deps.ts";
import { seal, unseal } from "../domain/sealing.ts";
import type { Language } from "./language.ts";
import type { MailValues, Template } from "./render.ts";
import * as store from "./store.ts";

export interface NewMail<T extends Template> {
  issuerId: string;
  to: string;
  template: T;
  values: MailValues[T];
  language: Language;
}

/** A mail that leaves once the transaction of its change has committed, and not otherwise. */
export const queueMail = async <T extends Template>(tx: Tx, { ids, keys, clock }: Deps, mail: NewMail<T>) => {
  const id = ids.make("mail");
  await store.insert(tx, {
    id,
    issuer_id: mail.issuerId,
    to: mail.to,
    template: mail.template,
    payload: seal(keys.mails, JSON.stringify(mail.values), contextOf(tx.accountId, id)),
    locale: mail.language,
    created_at: clock.now(),
  });
  await tx.enqueue("mails.send", { data: { accountId: tx.accountId, mailId: id }, group: tx.accountId });
};

/** What queueMail has sealed, under a key that this program alone derives. */
export const valuesOf = ({ keys }: Deps, row: store.MailRow): MailValues[Template] | undefined =>
  row.payload === null
    ? undefined
    : (JSON.parse(unseal(keys.mails, row.payload, contextOf(row.account_id, row.id))) as MailValues[Template]);

const contextOf = (accountId: string, id: string): string => `${accountId}\0${id}`;
