import { expect, test, vi } from "vitest";
import { createWorld } from "../harness/world.ts";

const world = await createWorld();
const second = await world.another();
const soon = { timeout: 2000, interval: 2 };

const discovery = (at: string, id: string) => fetch(`${at}/${id}/.well-known/openid-configuration`);

test("an issuer's runtime is live on every process when its create answers, and follows what is done to it", async () => {
  const { api } = await world.tenant();
  const created = await api.post("issuers", { name: "acme-prod" });
  expect(created.status, created.text).toBe(201);
  const { id } = created.body.data;
  const origins = [second.url, world.server.url];

  for (const origin of origins) {
    const answer = await discovery(origin, id);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("x-request-id")).toMatch(/^req_/);
    const { keys } = (await (await fetch(`${origin}/${id}/jwks.json`)).json()) as { keys: { alg: string }[] };
    expect(keys.map(({ alg }) => alg).sort()).toEqual(["ES256", "EdDSA"]);
  }

  const everywhere = (check: (origin: string) => Promise<unknown>, expected: unknown) =>
    Promise.all(origins.map((origin) => vi.waitFor(async () => expect(await check(origin)).toEqual(expected), soon)));
  const status = async (origin: string) => (await discovery(origin, id)).status;
  const terms = async (origin: string) => JSON.parse(await (await discovery(origin, id)).text()).op_tos_uri;

  expect((await api.patch(`issuers/${id}`, { links: { terms_of_service: "https://example.com/terms" } })).status).toBe(
    200,
  );
  await everywhere(terms, "https://example.com/terms");
  expect((await api.patch(`issuers/${id}`, { status: "disabled" })).status).toBe(200);
  await everywhere(status, 404);
  expect((await api.patch(`issuers/${id}`, { status: "active" })).status).toBe(200);
  await everywhere(status, 200);
  expect((await api.delete(`issuers/${id}`)).status).toBe(204);
  await everywhere(status, 404);
});

test("the root issuer is live like any other", async () => {
  const [row] = await world.sql<{ root_issuer_id: string }>("select root_issuer_id from installation");
  expect((await discovery(world.server.url, String(row?.root_issuer_id))).status).toBe(200);
});

test("nothing of it is a complaint in the log", () => {
  expect([...world.server.complaints, ...second.complaints]).toEqual([]);
});
