import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { onTestFinished } from "vitest";
import { AuthPIAdmin, type AuthPIAdminOptions } from "../src/index.ts";

export interface Seen {
  method: string;
  /** Path and query. */
  url: string;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** What the stand-in answers: a value as JSON, or by hand. */
export type Reply = { status?: number; headers?: Record<string, string>; json?: unknown; text?: string };
type Handler = (seen: Seen, count: number, response: ServerResponse) => Reply | undefined | Promise<Reply | undefined>;

export interface FarSide {
  baseUrl: string;
  seen: Seen[];
}

/** A server of this test's own; a handler that answers nothing has taken the response into its own hands. */
export const farSide = async (handler: Handler): Promise<FarSide> => {
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    const one = await read(request);
    const reply = await handler(one, seen.push(one), response);
    if (!reply) return;
    const { status = 200, headers = {}, json, text } = reply;
    const type = json === undefined ? {} : { "content-type": "application/json" };
    response.writeHead(status, { ...type, ...headers }).end(json === undefined ? text : JSON.stringify(json));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (typeof address !== "object" || !address) throw new Error("the stand-in does not listen on a port");
  return { baseUrl: `http://127.0.0.1:${address.port}`, seen };
};

export const secret = "aps_a-secret-that-shows-nowhere";

/** A client of the stand-in, quick to repeat, acting on `acc_1`. */
export const adminOf = (
  far: FarSide,
  options: Omit<AuthPIAdminOptions, "apiKey" | "accessToken" | "onTokenExpired"> = {},
) =>
  new AuthPIAdmin({
    apiKey: { id: "key_1", secret },
    baseUrl: far.baseUrl,
    accountId: "acc_1",
    retries: { delayMs: 1 },
    ...options,
  });

/** An error as the API answers it. */
export const problem = (status: number, error: string, more: object = {}): Reply => ({
  status,
  json: { error, error_description: `said of ${error}`, reference: "req_1", retryable: false, ...more },
});

/** What the promise fails with. */
export const failureOf = async (promise: Promise<unknown>): Promise<unknown> => {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("it did not fail");
};

const read = async (request: IncomingMessage): Promise<Seen> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const { method = "", url = "", headers } = request;
  return { method, url, headers, body: Buffer.concat(chunks).toString() };
};
