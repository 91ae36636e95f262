import { fetchTransport, type Transport } from "./transport.ts";

/** The platform's `fetch`, looked up at each call: tests and tracers replace it. */
export const transport: Transport = fetchTransport((input, init) => globalThis.fetch(input, init));
