/** A request as it goes out. */
export interface OutgoingRequest {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string | undefined;
  signal: AbortSignal;
}

/** The head of an answer; its body may still be on its way. */
export interface IncomingResponse {
  status: number;
  /** Names in lower case. */
  headers: Record<string, string>;
  text(): Promise<string>;
}

export type Transport = (request: OutgoingRequest) => Promise<IncomingResponse>;

/** Redirects are not followed: no answer of AuthPI's is one, and the credential must not travel elsewhere. */
export const fetchTransport =
  (fetch: typeof globalThis.fetch): Transport =>
  async ({ url, method, headers, body, signal }) => {
    const response = await fetch(url, { method, headers, body: body ?? null, signal, redirect: "manual" });
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      text: () => response.text(),
    };
  };
