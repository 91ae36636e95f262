import { headersOf } from "./headers.ts";
import type { Call, Method } from "./http.ts";
import { type Settings, timeoutMsOf } from "./settings.ts";
import { version } from "./version.ts";

/** A call, made ready: the same for each of its tries, so that a repetition carries the same idempotency key. */
export interface Outgoing {
  method: Method;
  path: string;
  url: string;
  headers: Readonly<Record<string, string>>;
  body: string | undefined;
  /** Whether a second try cannot do the work twice. */
  repeatable: boolean;
  timeoutMs: number;
  signal: AbortSignal | undefined;
}

export const outgoingOf = (settings: Settings, method: Method, path: string, call: Call): Outgoing => {
  const { body, options = {} } = call;
  const idempotencyKey = options.idempotencyKey ?? (method === "POST" ? crypto.randomUUID() : undefined);
  return {
    method,
    path,
    url: `${settings.baseUrl}${path}${queryOf(call.query)}`,
    headers: {
      ...settings.headers,
      ...headersOf(options.headers),
      accept: "application/json",
      "user-agent": userAgent,
      ...(body && { "content-type": "application/json" }),
      ...(idempotencyKey !== undefined && { "idempotency-key": idempotencyKey }),
      ...(options.ifMatch !== undefined && { "if-match": options.ifMatch }),
    },
    body: body && JSON.stringify(body),
    repeatable: method === "GET" || idempotencyKey !== undefined,
    timeoutMs: options.timeoutMs === undefined ? settings.timeoutMs : timeoutMsOf(options.timeoutMs),
    signal: options.signal,
  };
};

const userAgent = `authpi-admin/${version}`;

const queryOf = (query: object | undefined): string => {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null) search.append(name, String(value));
  }
  return search.size ? `?${search}` : "";
};
