import { createHmac, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";

export interface Receiver {
  url: string;
  /** The events that arrived with a valid signature and were answered with 200, and how often each. */
  received: Map<string, number>;
  badSignatures: number;
  refused: number;
  /** From now on it answers everything at once. */
  calm(): void;
  close(): void;
}

/** A receiver that fails, breaks off and dawdles, and takes two of three deliveries. */
export const startReceiver = async (secret: () => string): Promise<Receiver> => {
  let calm = false;
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await text(request);
    // Its own creation comes before anybody here knows the secret.
    if (secret() === "") {
      response.writeHead(503).end();
      return;
    }
    if (!isSigned(secret(), request, body)) {
      receiver.badSignatures++;
      response.writeHead(401).end();
      return;
    }
    const fate = calm ? 1 : Math.random();
    if (fate < 0.33) receiver.refused++;
    if (fate < 0.1) response.destroy();
    else if (fate < 0.25) response.writeHead(503).end();
    else if (fate < 0.33) setTimeout(() => response.writeHead(500).end(), 3000);
    else {
      const { id } = JSON.parse(body) as { id: string };
      receiver.received.set(id, (receiver.received.get(id) ?? 0) + 1);
      response.writeHead(200).end();
    }
  };
  const server = createServer((request, response) => void answer(request, response).catch(() => response.destroy()));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const receiver: Receiver = {
    url: `http://127.0.0.1:${port}/hook`,
    received: new Map(),
    badSignatures: 0,
    refused: 0,
    calm: () => {
      calm = true;
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
  return receiver;
};

/** By the Standard Webhooks specification, written apart from the server's own code. */
const isSigned = (secret: string, { headers }: IncomingMessage, body: string): boolean => {
  const key = Buffer.from(secret.replace(/^whs_/, ""), "base64");
  const expected = createHmac("sha256", key)
    .update(`${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`)
    .digest();
  return String(headers["webhook-signature"])
    .split(" ")
    .some((signature) => {
      const given = Buffer.from(signature.replace(/^v1,/, ""), "base64");
      return given.length === expected.length && timingSafeEqual(given, expected);
    });
};
