import { createSocket } from "node:dgram";
import { once } from "node:events";
import { decode, encode, type Packet } from "dns-packet";

/** A name server on a port of loopback that knows what tests have published. */
export interface NameServer {
  /** For `AUTHPI_DNS_SERVERS`. */
  address: string;
  /** Sets the TXT records of a name; a name that was never set does not exist. */
  publish(name: string, ...texts: (string | string[])[]): void;
  /** From here on it fails: SERVFAIL for every question. */
  fail(): void;
  /** The names that it was asked for. */
  asked: string[];
  close(): Promise<void>;
}

export const startNameServer = async (): Promise<NameServer> => {
  const zone = new Map<string, (string | string[])[]>();
  const asked: string[] = [];
  let failing = false;
  const socket = createSocket("udp4");

  const answerTo = ({ id, questions = [] }: Packet): Packet => {
    const name = String(questions[0]?.name).toLowerCase();
    asked.push(name);
    const texts = failing ? undefined : zone.get(name);
    const answers = (texts ?? []).map((data) => ({ type: "TXT" as const, name, ttl: 3600, data }));
    return {
      type: "response",
      ...(id !== undefined && { id }),
      flags: failing ? SERVFAIL : codeFor(texts),
      questions,
      answers,
    };
  };
  socket.on("message", (message, { port, address }) => socket.send(encode(answerTo(decode(message))), port, address));
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return {
    address: `127.0.0.1:${socket.address().port}`,
    publish: (name, ...texts) => void zone.set(name, texts),
    fail: () => {
      failing = true;
    },
    asked,
    close: async () => {
      socket.close();
      await once(socket, "close");
    },
  };
};

// The answer's code stands in the lowest bits of its flags (RFC 1035, 4.1.1).
const SERVFAIL = 2;
const NXDOMAIN = 3;
const codeFor = (texts: unknown): number => (texts === undefined ? NXDOMAIN : 0);
