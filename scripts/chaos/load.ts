import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";

export interface Place {
  url: string;
  key: { id: string; secret: string };
  accountId: string;
  issuerId: string;
  orgId: string;
  groupId: string;
}

/** What a 2xx answer has promised. */
export interface Promised {
  table: "users" | "organizations" | "api_keys" | "members" | "groups" | "verification";
  /** The row's id; of a verification the trace of its event. */
  id: string;
  event: string;
  /** The value that the write left in the row's metadata. */
  mark?: string;
  deleted?: boolean;
}

export interface Load {
  promised: Promised[];
  /** Requests that got no answer, or one that says to try again: they were repeated. */
  repeats: number;
  /** Answers that nothing explains. */
  surprises: string[];
  stop(): Promise<void>;
}

type Body = Record<string, unknown>;
interface Answer {
  status: number;
  body: { data?: Record<string, unknown>; error?: string } | undefined;
  requestId: string;
}

/** Writes of several kinds, each repeated with its idempotency key until it is answered for good. */
export const startLoad = (place: Place, lanes: number): Load => {
  const load: Load = { promised: [], repeats: 0, surprises: [], stop: async () => {} };
  let stopping = false;
  const users: string[] = [];
  const keys: { id: string; secret: string }[] = [];
  const issuer = `/v1/accounts/${place.accountId}/issuers/${place.issuerId}`;
  const organization = `${issuer}/organizations/${place.orgId}`;

  const send = async (method: string, path: string, body: Body | undefined, auth = place.key): Promise<Answer> => {
    const idempotencyKey = randomUUID();
    for (;;) {
      const answer = await once(place.url, method, path, body, auth, idempotencyKey).catch(() => undefined);
      const again = !answer || answer.status >= 500 || answer.status === 429 || isRunning(answer);
      if (answer && !again) return answer;
      load.repeats++;
      await delay(100 + Math.random() * 400);
    }
  };
  const create = async (
    table: Promised["table"],
    event: string,
    path: string,
    body: Body,
  ): Promise<Record<string, unknown> | undefined> => {
    const mark = randomUUID();
    const { status, body: answer } = await send("POST", path, { ...body, metadata: { mark } });
    if (status !== 201 || !answer?.data) return surprise("POST", path, status, answer);
    load.promised.push({ table, id: String(answer.data.id), event, mark });
    return answer.data;
  };
  const surprise = (...told: unknown[]): undefined => {
    load.surprises.push(JSON.stringify(told));
  };

  const newUser = async () => {
    const user = await create("users", "user.created", `${issuer}/users`, {
      username_type: "unique-name",
      username: randomUUID(),
    });
    if (user) users.push(String(user.id));
  };
  const actions: (() => Promise<void>)[] = [
    newUser,
    newUser,
    newUser,
    async () =>
      void (await create("organizations", "organization.created", `${issuer}/organizations`, { name: "Chaos" })),
    async () =>
      void (await create("groups", "organization.group.created", `${organization}/groups`, { name: randomUUID() })),
    async () => {
      const key = await create("api_keys", "api-key.created", `${organization}/api-keys`, {
        name: "chaos",
        restrictions: { scopes: ["a:b"] },
      });
      if (key) keys.push({ id: String(key.id), secret: String(key.secret_plain) });
    },
    async () => {
      const id = users.pop();
      if (!id) return;
      const body = { member_id: id, scopes: ["a:b"], groups: [place.groupId] };
      await create("members", "organization.membership.created", `${organization}/members`, body);
    },
    async () => {
      const id = users.at(Math.floor(Math.random() * users.length));
      if (!id) return;
      const mark = randomUUID();
      const { status, body } = await send("PATCH", `${issuer}/users/${id}`, { metadata: { mark } });
      // Another lane may have deleted it.
      if (status === 200) load.promised.push({ table: "users", id, event: "user.updated", mark });
      else if (status !== 404) surprise("PATCH", id, status, body);
    },
    async () => {
      const id = users.pop();
      if (!id) return;
      const { status, body } = await send("DELETE", `${issuer}/users/${id}`, undefined);
      if (status !== 204) return surprise("DELETE", id, status, body);
      load.promised.push({ table: "users", id, event: "user.deleted", deleted: true });
    },
    async () => {
      const key = keys.at(Math.floor(Math.random() * keys.length));
      if (!key) return;
      const { status, body, requestId } = await send("GET", "/v1/me", undefined, key);
      if (status !== 200) return surprise("GET", key.id, status, body);
      load.promised.push({ table: "verification", id: requestId, event: "api-key.verified" });
    },
  ];
  const lane = async () => {
    while (!stopping) {
      await actions[Math.floor(Math.random() * actions.length)]?.();
      await delay(Math.random() * 400);
    }
  };
  const running = Array.from({ length: lanes }, lane);
  load.stop = async () => {
    stopping = true;
    await Promise.all(running);
  };
  return load;
};

const isRunning = ({ status, body }: Answer): boolean =>
  status === 409 && JSON.stringify(body).includes("still running");

const once = async (
  url: string,
  method: string,
  path: string,
  body: Body | undefined,
  { id, secret }: Place["key"],
  idempotencyKey: string,
): Promise<Answer> => {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}`,
      ...(method !== "GET" && { "idempotency-key": idempotencyKey }),
      ...(body && { "content-type": "application/json" }),
    },
    body: body ? JSON.stringify(body) : null,
    signal: AbortSignal.timeout(20_000),
  });
  const text = await response.text();
  return {
    status: response.status,
    body: text === "" ? undefined : JSON.parse(text),
    requestId: String(response.headers.get("x-request-id")),
  };
};
