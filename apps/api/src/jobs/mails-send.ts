import { isStillInviting } from "../core/invitations/mail.ts";
import { isStillGood } from "../core/one-time-codes/use.ts";
import type { Tx } from "../db/tx.ts";
import { appendEvents, type NewEvent } from "../events/append.ts";
import { capture } from "../mail/mailbox.ts";
import type { Message } from "../mail/message.ts";
import { valuesOf } from "../mail/queue.ts";
import { type MailValues, render, type Template } from "../mail/render.ts";
import * as store from "../mail/store.ts";
import { isAnswer, isFinal, sendBySmtp } from "../mail/transport.ts";
import type { JobContext, JobHandler } from "./job.ts";

/**
 * Sends a mail outside of any transaction, and marks it sent behind that: a crash in between sends it again, under the same
 * Message-ID.
 */
export const mailsSend: JobHandler<"mails.send"> = async ({ accountId, mailId }, context) => {
  const message = await begin(accountId, mailId, context);
  if (message === undefined) return;
  try {
    await deliver(accountId, message, context);
  } catch (error) {
    const final = isFinal(error);
    if (final || context.isLastTry)
      await end(accountId, mailId, { status: "failed", reason: reasonOf(error) }, context);
    if (!final) throw error;
    return;
  }
  await end(accountId, mailId, { status: "sent" }, context);
};

/** The mail as it is to leave; undefined where it has left, has failed, or has nobody any more to speak for. */
const begin = (accountId: string, mailId: string, context: JobContext): Promise<Message | undefined> =>
  context.database.transaction(accountId, async (tx) => {
    const { deps } = context;
    const row = await store.attempt(tx, mailId);
    const values = row && valuesOf(deps, row);
    if (!row || !values) return undefined;
    const brand = await store.brandOf(tx, row.issuer_id, deps.rootIssuerId);
    const state = brand && (await stateOfMail(tx, deps, row.issuer_id, values));
    if (state === "nobody") {
      await store.drop(tx, mailId);
      return undefined;
    }
    if (!brand || state !== "good") {
      await ended(
        tx,
        mailId,
        { status: "failed", reason: "What the mail is about had ended before it could leave." },
        context,
      );
      return undefined;
    }
    const written = render(row.template, values, brand, row.locale);
    return { ...written, id: row.id, issuerId: row.issuer_id, to: row.to, createdAt: row.created_at };
  });

/**
 * Whether a mail still says what is so. One that was asked for at an address which is nobody's is `nobody`: it is made so that asking for
 * it takes as long, and it neither leaves nor leaves a trace.
 */
const stateOfMail = async (
  tx: Tx,
  deps: JobContext["deps"],
  issuerId: string,
  values: MailValues[Template],
): Promise<"good" | "over" | "nobody"> => {
  if ("expiresAt" in values) return (await isStillInviting(tx, deps, issuerId, values)) ? "good" : "over";
  if (!("codeId" in values)) return "good";
  if (values.codeId === null) return "nobody";
  return (await isStillGood(tx, deps, issuerId, values.codeId)) ? "good" : "over";
};

const deliver = (accountId: string, message: Message, { database, deps, signal }: JobContext): Promise<void> => {
  const { smtpUrl, from } = deps.mail;
  if (!smtpUrl) return database.transaction(accountId, (tx) => capture(tx, message));
  return sendBySmtp(message, { smtpUrl, from, now: deps.clock.now(), signal });
};

type End = { status: "sent" } | { status: "failed"; reason: string };

const end = (accountId: string, mailId: string, how: End, context: JobContext): Promise<void> =>
  context.database.transaction(accountId, (tx) => ended(tx, mailId, how, context));

const ended = async (tx: Tx, mailId: string, how: End, { deps, epoch, jobId }: JobContext): Promise<void> => {
  const values = how.status === "sent" ? { status: how.status, sent_at: deps.clock.now() } : { status: how.status };
  const row = await store.end(tx, mailId, values);
  if (!row) return;
  const origin = { source: "jobs", trigger: "mails.send", trace: jobId, auth: { type: "system" }, epoch } as const;
  const reason = how.status === "failed" ? { reason: how.reason } : {};
  await appendEvents(tx, [{ type: `email.${how.status}`, ...tellOf(row, reason) }], origin, deps.ids);
};

/** What the mail says stays out of it: it holds a link. */
const tellOf = (row: store.MailRow, more: { reason?: string }): Omit<NewEvent, "type"> => {
  const { account_id, issuer_id, id, to, template, locale, status, attempts, sent_at, created_at } = row;
  return {
    subject: { type: "email", id, account_id, issuer_id },
    data: {
      resource: { id, account_id, issuer_id, to, template, locale, status, attempts, sent_at, created_at },
      ...more,
    },
  };
};

/** What the server said of this mail; how our own way to it failed is the operator's to know, and stands in the log. */
const reasonOf = (error: unknown): string =>
  isAnswer(error) ? error.message.slice(0, 500) : "The mail could not be handed to the mail server.";
