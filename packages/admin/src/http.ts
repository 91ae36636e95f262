import { onlyAccountOf } from "./account.ts";
import { type Answer, apiErrorOf, objectOf } from "./answer.ts";
import { sleep, untilAborted, withDeadline } from "./deadline.ts";
import { AuthenticationError, MalformedResponseError } from "./errors.ts";
import { keepEtag } from "./etag.ts";
import { exchange } from "./exchange.ts";
import type { Me } from "./generated/types.ts";
import type { CallOptions } from "./options.ts";
import { type Outgoing, outgoingOf } from "./outgoing.ts";
import { itemsOf, Page } from "./pages.ts";
import { waitBeforeRetry } from "./retry.ts";
import type { Settings } from "./settings.ts";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** What a method of the tree adds to its path; `object`, because named interfaces have no index signature. */
export interface Call {
  query?: object | undefined;
  body?: object | undefined;
  options?: CallOptions | undefined;
}

/** Sends the calls of the tree: credential, account, repetitions, envelopes. */
export class Http {
  readonly #settings: Settings;
  #account: Promise<string> | undefined;

  constructor(settings: Settings) {
    this.#settings = settings;
    if (settings.accountId !== undefined) this.#account = Promise.resolve(settings.accountId);
  }

  me(options?: CallOptions): Promise<Me> {
    return this.one("GET", "/v1/me", { options });
  }

  /** The `data` of an answer with one resource. */
  async one<T extends object>(method: Method, path: string, call: Call): Promise<T> {
    const answer = await this.#send(method, path, call);
    const { data } = objectOf(answer);
    if (typeof data !== "object" || data === null) throw new MalformedResponseError("the answer has no data");
    keepEtag(data, answer.headers.etag);
    // The server's tests hold every answer against the schema that T was generated from.
    return data as T;
  }

  /** An answer that has no `data` around it. */
  async bare<T extends object>(method: Method, path: string, call: Call): Promise<T> {
    // As above: the server's tests hold it against the schema of T.
    return objectOf(await this.#send(method, path, call)) as T;
  }

  async none(method: Method, path: string, call: Call): Promise<void> {
    await this.#send(method, path, call);
  }

  async page<T>(path: string, call: Call): Promise<Page<T>> {
    const { data, has_more, next_cursor } = objectOf(await this.#send("GET", path, call));
    const isPage = Array.isArray(data) && typeof has_more === "boolean";
    if (!isPage || (typeof next_cursor !== "string" && next_cursor !== null)) {
      throw new MalformedResponseError("the answer is not a page");
    }
    return new Page<T>(data, has_more, next_cursor);
  }

  items<T>(path: string, call: Call): AsyncGenerator<T, void, undefined> {
    return itemsOf((cursor) =>
      this.page<T>(path, cursor === undefined ? call : { ...call, query: { ...call.query, cursor } }),
    );
  }

  /** With the credential as it is; after a 401, once more with a renewed one. */
  async #send(method: Method, path: string, call: Call): Promise<Answer> {
    const signal = call.options?.signal;
    const outgoing = outgoingOf(this.#settings, method, await this.#placed(path, signal), call);
    const { credentials } = this.#settings;
    const { header } = credentials;
    try {
      return await this.#repeat(outgoing, header);
    } catch (error) {
      const renewable = error instanceof AuthenticationError;
      if (!renewable || !(await untilAborted(credentials.renew(header), signal))) throw error;
      return this.#repeat(outgoing, credentials.header);
    }
  }

  /** Ids are encoded, so the braces in a path are the tree's own. */
  async #placed(path: string, signal: AbortSignal | undefined): Promise<string> {
    if (!path.includes("{account_id}")) return path;
    this.#account ??= this.#askAccount();
    return path.replace("{account_id}", await untilAborted(this.#account, signal));
  }

  /** A failure is not kept: the next call asks again. */
  async #askAccount(): Promise<string> {
    try {
      return onlyAccountOf(await this.me());
    } catch (error) {
      this.#account = undefined;
      throw error;
    }
  }

  async #repeat(outgoing: Outgoing, authorization: string): Promise<Answer> {
    for (let retriesDone = 0; ; retriesDone += 1) {
      try {
        return await this.#exchange(outgoing, authorization);
      } catch (error) {
        const waitMs = outgoing.repeatable ? waitBeforeRetry(error, retriesDone, this.#settings.retries) : undefined;
        if (waitMs === undefined) throw error;
        await sleep(waitMs, outgoing.signal);
      }
    }
  }

  async #exchange(outgoing: Outgoing, authorization: string): Promise<Answer> {
    const answer = await withDeadline(outgoing.timeoutMs, outgoing.signal, (signal) =>
      exchange(this.#settings.transport, outgoing, authorization, signal),
    );
    if (answer.status >= 400) throw apiErrorOf(answer);
    if (answer.status >= 200 && answer.status < 300) return answer;
    throw new MalformedResponseError(`the server answered ${answer.status}, a redirect; is baseUrl right?`);
  }
}
