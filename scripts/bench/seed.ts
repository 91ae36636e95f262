import type { Server } from "../server.ts";

export interface Key {
  id: string;
  secret: string;
}

/** What the first start prints. */
export async function firstKey({ printed }: Server): Promise<Key> {
  const id = await printed(/^export AUTHPI_KEY_ID=(\S+)$/);
  return { id, secret: await printed(/^export AUTHPI_KEY_SECRET=(\S+)$/) };
}

export const basic = ({ id, secret }: Key): string => `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}`;

/** A client of the API that knows no more than what is needed here. */
export class Api {
  readonly #url: string;
  readonly #key: Key;

  constructor({ url }: Server, key: Key) {
    this.#url = url;
    this.#key = key;
  }

  async account(): Promise<string> {
    const { accounts } = await this.#call<{ accounts: { account_id: string }[] }>("GET", "/v1/me");
    const [account] = accounts;
    if (!account) throw new Error("the key is no account's");
    return `/v1/accounts/${account.account_id}`;
  }

  async create(path: string, body: object): Promise<Record<string, string>> {
    return this.#call("POST", path, body);
  }

  async change(path: string, body: object): Promise<Record<string, string>> {
    return this.#call("PATCH", path, body);
  }

  /** Of the next page of a list. */
  async nextCursor(path: string): Promise<string> {
    const answer = await fetch(`${this.#url}${path}`, { headers: { authorization: basic(this.#key) } });
    const { next_cursor } = JSON.parse(await answer.text());
    if (typeof next_cursor !== "string") throw new Error(`${path} has no next page`);
    return next_cursor;
  }

  async #call<T>(method: string, path: string, body?: object): Promise<T> {
    const answer = await fetch(`${this.#url}${path}`, {
      method,
      headers: { authorization: basic(this.#key), "content-type": "application/json" },
      ...(body && { body: JSON.stringify(body) }),
    });
    // The envelope of the API; a failure is thrown with what it said.
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return JSON.parse(text).data;
  }
}

/** Keys of one organization. */
export async function makeKeys(api: Api, account: string, count: number): Promise<Key[]> {
  const issuer = await api.create(`${account}/issuers`, { name: "Bench" });
  const organizations = `${account}/issuers/${issuer.id}/organizations`;
  const organization = await api.create(organizations, { name: "Bench" });
  const keys: Key[] = [];
  for (let n = 0; n < count; n++) {
    const body = { name: `Key ${n}`, restrictions: { scopes: ["invoices:read", "invoices:write", "users:read"] } };
    const { id = "", secret_plain = "" } = await api.create(`${organizations}/${organization.id}/api-keys`, body);
    keys.push({ id, secret: secret_plain });
  }
  return keys;
}
