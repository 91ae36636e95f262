import { expect, test } from "vitest";
import { apiClient } from "../harness/client.ts";
import { createWorld } from "../harness/world.ts";

const world = await createWorld();

test("the golden path lists exactly its seven events", async () => {
  const { api, accountId } = await world.tenant();
  const created = async (path: string, body: unknown) => {
    const answer = await api.post(path, body);
    expect(answer.status, answer.text).toBe(201);
    return answer.body.data;
  };
  const issuer = await created("issuers", { name: "acme-prod" });
  const below = `issuers/${issuer.id}`;
  await created(`${below}/clients`, {
    name: "web",
    type: "internal",
    confidential: true,
    settings: { openid: { redirect_uris: ["https://app.example.com/callback"] } },
  });
  const org = await created(`${below}/organizations`, { name: "Globex Corp" });
  const user = await created(`${below}/users`, { username_type: "email", username: "Ada@Example.com" });
  await created(`${below}/organizations/${org.id}/members`, { member_id: user.id, scopes: ["invoices:read"] });
  const key = await created(`${below}/organizations/${org.id}/api-keys`, {
    type: "api_key",
    name: "backend",
    restrictions: { scopes: ["invoices:read"] },
  });
  const me = await apiClient(world.server.url, { id: key.id, secret: key.secret_plain }, accountId).get("/v1/me");
  expect(me.status, me.text).toBe(200);
  expect(me.body.data).toMatchObject({
    type: "api_key",
    organizations: [{ org_id: org.id, scopes: ["invoices:read"] }],
  });

  const events = await api.get(`events?limit=20&issuer_id=${issuer.id}`);
  expect(events.status, events.text).toBe(200);
  expect(events.body.data.map((event: { type: string }) => event.type)).toEqual([
    "api-key.verified",
    "api-key.created",
    "organization.membership.created",
    "user.created",
    "organization.created",
    "client.created",
    "issuer.created",
  ]);
  expect(world.server.complaints).toEqual([]);
});
