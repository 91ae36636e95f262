import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { SMTPServer } from "smtp-server";

export interface Received {
  /** The envelope. */
  from: string;
  to: string[];
  user: string | undefined;
  headers: ReadonlyMap<string, string>;
  text: string;
  html: string;
  raw: string;
}
export interface MailServer {
  port: number;
  received: Received[];
  /** What the next mails are answered with, one after the other, before they are taken again. */
  refuse(...answers: { code: number; at: "recipient" | "data"; text: string }[]): void;
  close(): Promise<void>;
}

/** A real SMTP server without TLS, on a free port of loopback, that wants this login. */
export const startMailServer = async (login: { user: string; pass: string }): Promise<MailServer> => {
  const received: Received[] = [];
  const refusals: { code: number; at: "recipient" | "data"; text: string }[] = [];
  const refusal = (at: "recipient" | "data"): Error | undefined => {
    if (refusals[0]?.at !== at) return undefined;
    const { code, text: said } = refusals.shift() ?? { code: 550, text: "No" };
    return Object.assign(new Error(said), { responseCode: code });
  };
  const server = new SMTPServer({
    disabledCommands: ["STARTTLS"],
    // A client may log in without TLS here.
    allowInsecureAuth: true,
    onAuth: ({ username, password }, _, done) =>
      username === login.user && password === login.pass ? done(null, { user: username }) : done(new Error("No")),
    onRcptTo: (_, __, done) => done(refusal("recipient")),
    onData: (stream, session, done) => {
      text(stream).then((raw) => {
        const refused = refusal("data");
        if (refused) return done(refused);
        const { mailFrom, rcptTo } = session.envelope;
        received.push({
          from: mailFrom ? mailFrom.address : "",
          to: rcptTo.map(({ address }) => address),
          user: session.user,
          ...partsOf(raw),
          raw,
        });
        return done();
      }, done);
    },
  });
  server.listen(0, "127.0.0.1");
  await once(server.server, "listening");
  // A server on TCP has an address of this kind while it listens.
  const { port } = server.server.address() as AddressInfo;
  return {
    port,
    received,
    refuse: (...answers) => void refusals.push(...answers),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
};

/** The headers, and the text and the HTML of a multipart/alternative (RFC 2046), decoded. */
const partsOf = (raw: string) => {
  const [headers, body] = split(raw);
  const boundary = /boundary="([^"]+)"/.exec(headers.get("content-type") ?? "")?.[1];
  const parts = body.split(`--${boundary}`).map((part) => split(part.replace(/^\r\n/, "")));
  const of = (type: string): string => {
    const [head, content] = parts.find(([one]) => one.get("content-type")?.startsWith(type)) ?? [];
    return content === undefined ? "" : decoded(head?.get("content-transfer-encoding") ?? "7bit", content);
  };
  return { headers, text: of("text/plain"), html: of("text/html") };
};

const split = (raw: string): [Map<string, string>, string] => {
  const end = raw.indexOf("\r\n\r\n");
  const lines = raw
    .slice(0, end)
    .replace(/\r\n[ \t]+/g, " ")
    .split("\r\n");
  const headers = lines.map((line): [string, string] => {
    const at = line.indexOf(":");
    return [line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()];
  });
  return [new Map(headers), raw.slice(end + 4)];
};

const decoded = (encoding: string, content: string): string => {
  if (encoding === "base64") return Buffer.from(content, "base64").toString("utf8");
  if (encoding !== "quoted-printable") return content;
  const bytes = content
    .replace(/=\r\n/g, "")
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8");
};
