import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll } from "vitest";

export interface Received {
  headers: IncomingHttpHeaders;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into events of every shape, and their assertions are the check
  body: any;
  at: number;
}
type Answer = (response: ServerResponse, received: Received) => void;

export interface Receiver {
  url: string;
  received: Received[];
  /** What the next requests are answered with; 200 where nothing was said. */
  answer(how: number | Answer): void;
  close(): Promise<void>;
}

/** Somebody's server on a free port of loopback, gone after the last test. */
export const startReceiver = async (): Promise<Receiver> => {
  const received: Received[] = [];
  let how: number | Answer = 200;
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    const isJson = request.headers["content-type"]?.includes("json");
    const body = isJson && text ? JSON.parse(text) : text;
    const one = { headers: request.headers, text, body, at: performance.now() };
    received.push(one);
    if (typeof how === "function") how(response, one);
    else response.writeHead(how).end(`status ${how}`);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  afterAll(close);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    answer: (next) => {
      how = next;
    },
    close,
  };
};
