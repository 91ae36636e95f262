import { createTransport } from "nodemailer";
import type { Redacted } from "../domain/redacted.ts";
import type { Message } from "./message.ts";

export interface Sending {
  smtpUrl: Redacted<string>;
  /** `AuthPI <no-reply@example.com>` */
  from: string;
  now: number;
  signal: AbortSignal;
}

const second = 1000;
const patience = { connectionTimeout: 15 * second, greetingTimeout: 15 * second, socketTimeout: 60 * second };

/** Hands a mail to the SMTP server, on a connection of its own. Resolves when the server has taken it. */
export const sendBySmtp = async (message: Message, { smtpUrl, from, now, signal }: Sending): Promise<void> => {
  const url = smtpUrl.reveal();
  const transport = createTransport({
    url,
    ...patience,
    // A password goes over the network encrypted, or not at all.
    ...(hasPassword(url) && { requireTLS: true }),
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  try {
    await transport.sendMail({
      from,
      // An address and no text to be parsed: it names one mailbox, whatever stands in it.
      to: { name: "", address: message.to },
      subject: message.subject,
      text: message.text,
      html: message.html,
      // The same for every attempt: who gets a mail twice can tell.
      messageId: `<${message.id}@${hostOf(from)}>`,
      date: new Date(now),
      // RFC 3834: nobody is to answer by a machine.
      headers: { "Auto-Submitted": "auto-generated" },
      signal,
    });
  } finally {
    transport.close();
  }
};

/** Whether the server has said something about the mail. A refused login is about us, and heals with the configuration. */
export const isAnswer = (error: unknown): error is Error & { responseCode: number } =>
  error instanceof Error &&
  "responseCode" in error &&
  typeof error.responseCode === "number" &&
  codeOf(error) !== "EAUTH";

/** A 5xx is the server's last word (RFC 5321, section 4.2.1); anything else may go well later. */
export const isFinal = (error: unknown): boolean => isAnswer(error) && error.responseCode >= 500;

const codeOf = (error: Error): unknown => ("code" in error ? error.code : undefined);

const hasPassword = (text: string): boolean => {
  const { protocol, hostname, password } = new URL(text);
  return protocol === "smtp:" && password !== "" && !/^(localhost|127\.[\d.]+|\[::1\])$/.test(hostname);
};

const hostOf = (from: string): string => /@([^\s>@]+)>?$/.exec(from)?.[1] ?? "localhost";
