import { expect, test } from "vitest";
import { eventsOf, tenantTables } from "../harness/rows.ts";
import { createWorld } from "../harness/world.ts";

const world = await createWorld({ poolMax: 10 });
const DAY = 24 * 3600 * 1000;
const withKey = (key: string) => ({ "idempotency-key": key });

test("100 parallel creates with one key make one row and one event, and all who are answered have the same", async () => {
  const { api, accountId } = await world.tenant();
  const other = await world.another({ poolMax: 10 });
  const callers = [api, api.at(other.url)];
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, n) =>
      callers[n % 2]?.post("api-keys", { name: "one", restrictions: {} }, withKey("k")),
    ),
  );
  const made = answers.flatMap((answer) => (answer?.status === 201 ? [answer] : []));
  expect(made.filter(({ headers }) => headers.get("idempotent-replayed") === null)).toHaveLength(1);
  expect(new Set(made.map(({ text }) => text)).size).toBe(1);
  const busy = answers.flatMap((answer) => (answer?.status === 201 ? [] : [answer]));
  for (const answer of busy) {
    expect(answer?.status, answer?.text).toBe(409);
    expect(answer?.body).toMatchObject({ error: "conflict", retry_after: 1 });
    expect(answer?.headers.get("retry-after")).toBe("1");
  }
  const listed = (await api.get("api-keys")).body.data.filter((key: { name: string }) => key.name === "one");
  expect(listed).toHaveLength(1);
  expect((await eventsOf(world, accountId)).filter(({ type }) => type === "api-key.created")).toHaveLength(2);
});

test("the database does not show a secret that an answer holds, nor the key that gives it", async () => {
  const { api } = await world.tenant();
  const key = "a long key of the caller's own";
  const made = await api.post("api-keys", { name: "one", restrictions: {} }, withKey(key));
  const secret: string = made.body.data.secret_plain;
  for (const table of await tenantTables(world)) {
    const rows = await world.sql<{ text: string }>(`select t::text as text from ${table} t`);
    const text = rows.map((row) => row.text).join("\n");
    for (const hidden of [secret, key]) {
      for (const encoding of ["utf8", "hex", "base64"] as const) {
        expect(text.includes(Buffer.from(hidden).toString(encoding)), `${table}, ${encoding}`).toBe(false);
      }
    }
  }
  expect((await api.post("api-keys", { name: "one", restrictions: {} }, withKey(key))).body.data.secret_plain).toBe(
    secret,
  );
});

test("an error frees the key", async () => {
  const { api } = await world.tenant();
  const headers = withKey("again");
  expect((await api.post("issuers/i_none/clients", {}, headers)).status).toBe(400);
  expect((await api.patch("issuers/i_none", { name: "a" }, headers)).status).toBe(404);
  expect((await api.post("issuers", { name: "" }, headers)).status).toBe(400);
  expect((await api.post("issuers", { name: "a" }, headers)).status).toBe(201);
});

test("a replay asks for the scope again", async () => {
  const { api, accountId } = await world.tenant();
  const made = await api.post("api-keys", { name: "narrow", restrictions: { scopes: ["issuers:write"] } });
  const narrow = world.clientOf(accountId, { id: made.body.data.id, secret: made.body.data.secret_plain });
  const first = await narrow.post("issuers", { name: "a" }, withKey("k"));
  expect(first.status, first.text).toBe(201);
  expect((await narrow.post("issuers", { name: "a" }, withKey("k"))).text).toBe(first.text);
  await api.patch(`api-keys/${made.body.data.id}`, { restrictions: { scopes: ["issuers:read"] } });
  const refused = await narrow.post("issuers", { name: "a" }, withKey("k"));
  expect(refused.status, refused.text).toBe(403);
  expect(refused.text).not.toContain(first.body.data.id);
});

test("a replay asks again for the scope of the place where the thing lives", async () => {
  const { api, accountId } = await world.tenant();
  const issuer = (await api.post("issuers", { name: "a" })).body.data.id;
  const organization = (await api.post(`issuers/${issuer}/organizations`, { name: "a" })).body.data.id;
  const place = `issuers/${issuer}/organizations/${organization}/api-keys`;
  const { id } = (await api.post(place, { name: "a", restrictions: {} })).body.data;
  const below = "issuers.organizations.api-keys:write";
  const made = await api.post("api-keys", { name: "narrow", restrictions: { scopes: [below] } });
  const narrow = world.clientOf(accountId, { id: made.body.data.id, secret: made.body.data.secret_plain });
  const rotate = () => narrow.post(`api-keys/${id}/rotate`, {}, withKey("k"));
  const first = await rotate();
  expect(first.status, first.text).toBe(200);
  await api.patch(`api-keys/${made.body.data.id}`, { restrictions: { scopes: ["api-keys:write"] } });
  const refused = await rotate();
  expect(refused.status, refused.text).toBe(403);
  expect(refused.body.error_description).toContain(below);
});

test("a credential has keys of its own", async () => {
  const { api, accountId } = await world.tenant();
  const other = await world.keyOf(accountId, ["*:**"]);
  const first = await api.post("issuers", { name: "a" }, withKey("k"));
  const second = await other.post("issuers", { name: "a" }, withKey("k"));
  expect(second.status).toBe(201);
  expect(second.body.data.id).not.toBe(first.body.data.id);
});

test("a key is kept for 24 hours", async () => {
  const { api } = await world.tenant();
  const first = await api.post("issuers", { name: "a" }, withKey("k"));
  world.server.clock.advance(DAY - 60_000);
  expect((await api.post("issuers", { name: "a" }, withKey("k"))).text).toBe(first.text);
  world.server.clock.advance(60_001);
  const later = await api.post("issuers", { name: "a" }, withKey("k"));
  expect(later.headers.get("idempotent-replayed")).toBeNull();
  expect(later.body.data.id).not.toBe(first.body.data.id);
});

test("a key on a read is ignored", async () => {
  const { api } = await world.tenant();
  await api.post("issuers", { name: "a" }, withKey("k"));
  const listed = await api.get("issuers", withKey("k"));
  expect(listed.status).toBe(200);
  expect(listed.headers.get("idempotent-replayed")).toBeNull();
});

test("a replay hands no secret to a credential that may not hand it out any more", async () => {
  const { api, key } = await world.tenant();
  const body = { name: "one", restrictions: { scopes: ["*:**"] } };
  const made = await api.post("api-keys", body, withKey("strong"));
  expect(made.status).toBe(201);
  await world.sql("update api_keys set scopes = '{api-keys:write}' where id = $1", [key.id]);
  const replay = await api.post("api-keys", body, withKey("strong"));
  expect(replay.status, replay.text).toBe(403);
  expect(replay.text).not.toContain(made.body.data.secret_plain);
});
