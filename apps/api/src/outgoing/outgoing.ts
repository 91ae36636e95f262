import { lookup as systemLookup } from "node:dns/promises";
import { isIP, type LookupFunction } from "node:net";
import { Agent, buildConnector } from "undici";
import { createGuard, type Guard, type GuardOptions } from "./guard.ts";

export type Resolve = (host: string) => Promise<readonly { address: string; family: number }[]>;

export interface OutgoingOptions extends GuardOptions {
  /** The system's resolver where nothing is said. */
  resolve?: Resolve;
  timeoutMs?: number;
  /** Certificates that are trusted besides the system's. */
  ca?: string;
}
export interface OutgoingRequest {
  method: "GET" | "POST";
  headers: Record<string, string>;
  body?: string;
  /** Ends it early. */
  signal?: AbortSignal;
}
export interface OutgoingAnswer {
  status: number;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  /** What was read of it, at most 64 KiB. */
  body: Buffer;
}

/** Requests to addresses that a user named: to public ones alone, bound in time and size; redirects are not followed. */
export interface Outgoing {
  /** Why a URL will not be called, which completes "the URL …"; undefined where nothing of it is wrong as it stands. */
  refuses: Guard["refusesUrl"];
  /** @throws {OutgoingError} where there is no answer. */
  send(url: string, request: OutgoingRequest): Promise<OutgoingAnswer>;
  close(): Promise<void>;
}

/** There was no answer; the message says why, to whoever named the address. */
export class OutgoingError extends Error {
  override name = "OutgoingError";
}

const bytesMax = 64 * 1024;

export const createOutgoing = (options: OutgoingOptions): Outgoing => {
  const { resolve = systemResolve, timeoutMs = 15_000, ca } = options;
  const guard = createGuard(options);
  const agent = new Agent({
    connect: guardedConnector(guard, resolve, { timeoutMs, ca }),
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    pipelining: 1,
  });
  return {
    refuses: guard.refusesUrl,
    send: async (text, { method, headers, body, signal }) => {
      const refusal = guard.refusesUrl(text);
      if (refusal) throw new OutgoingError(`The URL ${refusal}.`);
      const url = new URL(text);
      const deadline = AbortSignal.timeout(timeoutMs);
      try {
        const answer = await agent.request({
          origin: url.origin,
          path: `${url.pathname}${url.search}`,
          method,
          headers,
          body: body ?? null,
          signal: signal ? AbortSignal.any([deadline, signal]) : deadline,
        });
        return { status: answer.statusCode, headers: answer.headers, body: await firstOf(answer.body) };
      } catch (error) {
        throw new OutgoingError(deadline.aborted ? timedOut(timeoutMs) : reasonOf(error, timeoutMs), { cause: error });
      }
    },
    close: () => agent.destroy(),
  };
};

const systemResolve: Resolve = (host) => systemLookup(host, { all: true });

/** The address that was checked is the one that is connected to: a name that leads elsewhere a moment later changes nothing. */
const guardedConnector = (
  guard: Guard,
  resolve: Resolve,
  { timeoutMs, ca }: { timeoutMs: number; ca: string | undefined },
): buildConnector.connector => {
  const lookup: LookupFunction = (host, { all }, callback) => {
    const fitting = async () => {
      const found = await resolve(host);
      const fit = found.filter(({ address }) => !guard.refusesAddress(host, address));
      const [first] = fit;
      if (!first) throw found.length > 0 ? notPublic() : unknownHost();
      return { fit, first };
    };
    // An answer that cannot be read is an error of the look-up too, and not of the process.
    fitting().then(
      ({ fit, first }) => (all ? callback(null, fit) : callback(null, first.address, first.family)),
      (error: NodeJS.ErrnoException) => callback(error, ""),
    );
  };
  const connect = buildConnector({ lookup, timeout: timeoutMs, allowH2: false, ...(ca !== undefined && { ca }) });
  return (target, callback) => {
    const { hostname } = target;
    // An address in the place of a name is not looked up.
    const refused = isIP(hostname) !== 0 && guard.refusesAddress(hostname, hostname);
    if (refused) return callback(notPublic(), null);
    return connect(target, callback);
  };
};

const notPublic = () => new OutgoingError("The URL leads to an address that is not public.");
const unknownHost = () => new OutgoingError("The host name is unknown.");

/** Reads as much as is wanted, and hangs up on the rest. */
const firstOf = async (body: AsyncIterable<Buffer> & { destroy(): unknown }): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= bytesMax) break;
  }
  return Buffer.concat(chunks).subarray(0, bytesMax);
};

const timedOut = (timeoutMs: number): string => `There was no complete answer within ${timeoutMs / 1000} s.`;

const reasonOf = (error: unknown, timeoutMs: number): string => {
  if (error instanceof OutgoingError) return error.message;
  const { code = "", name = "" } = error as { code?: string; name?: string };
  if (/TIMEOUT|ETIMEDOUT/.test(code)) return timedOut(timeoutMs);
  if (name === "AbortError") return "It was interrupted.";
  const known = reasons[code];
  if (known) return known;
  if (/CERT|SIGNATURE|_SSL_|_TLS_|ALTNAME/.test(code)) return `The certificate is not valid for this host (${code}).`;
  return `The connection failed${code ? ` (${code})` : ""}.`;
};
const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: "The connection was refused.",
  ECONNRESET: "The connection was closed before there was an answer.",
  UND_ERR_SOCKET: "The connection was closed before there was an answer.",
  EHOSTUNREACH: "The host cannot be reached.",
  ENETUNREACH: "The host cannot be reached.",
  ENOTFOUND: "The host name is unknown.",
  EAI_AGAIN: "The host name could not be looked up.",
};
