export interface Credential {
  id: string;
  secret: string;
}

export interface Answer {
  status: number;
  headers: Headers;
  /** The parsed body; undefined where there is none. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape, and their assertions are the check
  body: any;
  text: string;
}
interface Sent {
  body?: unknown;
  headers?: Record<string, string>;
}

/** Plain HTTP with a key; paths that do not begin with `/` are below the account. */
export interface ApiClient {
  accountId: string;
  url: string;
  send(method: string, path: string, sent?: Sent): Promise<Answer>;
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  patch(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer>;
  delete(path: string, headers?: Record<string, string>): Promise<Answer>;
  /** The same caller at another server. */
  at(url: string): ApiClient;
}

export const basic = ({ id, secret }: Credential): string =>
  `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}`;

export const apiClient = (url: string, key: Credential | undefined, accountId: string): ApiClient => {
  const send = async (method: string, path: string, { body, headers = {} }: Sent = {}): Promise<Answer> => {
    const response = await fetch(`${url}${path.startsWith("/") ? path : `/v1/accounts/${accountId}/${path}`}`, {
      method,
      headers: {
        ...(key && { authorization: basic(key) }),
        ...(body !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const json = response.headers.get("content-type")?.includes("json") && text !== "";
    return { status: response.status, headers: response.headers, text, body: json ? JSON.parse(text) : undefined };
  };
  const sent = (body: unknown, headers: Record<string, string> | undefined): Sent => ({
    ...(body !== undefined && { body }),
    ...(headers && { headers }),
  });
  return {
    accountId,
    url,
    send,
    get: (path, headers) => send("GET", path, sent(undefined, headers)),
    post: (path, body, headers) => send("POST", path, sent(body, headers)),
    patch: (path, body, headers) => send("PATCH", path, sent(body, headers)),
    delete: (path, headers) => send("DELETE", path, sent(undefined, headers)),
    at: (other) => apiClient(other, key, accountId),
  };
};
