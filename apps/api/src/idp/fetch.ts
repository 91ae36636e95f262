import type { Outgoing } from "../outgoing/outgoing.ts";

/** How the provider reaches addresses that clients name (`jwks_uri`): by the guard that stands before all of them, for reading alone. */
export const guardedFetch =
  (outgoing: Pick<Outgoing, "send">) =>
  async (url: string | URL | Request, { method = "GET", headers, signal }: RequestInit = {}): Promise<Response> => {
    if (method !== "GET") throw new Error(`Nothing is sent by ${method} to an address that a client names.`);
    const sent = Object.fromEntries(new Headers(headers));
    const address = url instanceof Request ? url.url : String(url);
    const {
      status,
      headers: named,
      body,
    } = await outgoing.send(address, { method, headers: sent, ...(signal && { signal }) });
    const answered = new Headers();
    for (const [name, value] of Object.entries(named))
      for (const one of [value ?? []].flat()) answered.append(name, one);
    return new Response(status === 204 || status === 304 ? null : new Uint8Array(body), { status, headers: answered });
  };
