import { expect, test } from "vitest";
import { good, newPlace } from "../core/support.ts";
import { createWorld } from "../harness/world.ts";
import { DAY, rotationOf } from "./rotation-support.ts";

const world = await createWorld();
const second = await world.another();
const { clock } = world.server;
const { kids, published, versionOf, signingKid, run, to } = rotationOf(world);

const client = (alg?: string) => ({
  ...{ name: "web", type: "internal", confidential: true },
  settings: { ...(alg && { response_signature_alg: alg }) },
});

test("two clients that ask for RS256 at once are given one key, which every process publishes", async () => {
  const { api, issuer, issuerId, accountId } = await newPlace(world);
  const version = await versionOf(issuerId);
  const born = await kids(issuerId, "active");
  await api.post(`${issuer}/clients`, client("EdDSA")).then(good);
  expect(await versionOf(issuerId)).toBe(version);

  const apis = [api, api.at(second.url), api, api.at(second.url)];
  const made = await Promise.all(apis.map(async (at) => good(await at.post(`${issuer}/clients`, client("RS256")))));
  for (const { settings } of made) expect(settings.response_signature_alg).toBe("RS256");
  const { RS256, ...others } = await kids(issuerId, "active");
  expect(others).toEqual(born);
  expect(await versionOf(issuerId)).toBe(version + 1);
  for (const { url } of [world.server, second]) await published(issuerId, [String(RS256), ...Object.values(born)], url);
  expect(await signingKid(accountId, issuerId, "RS256")).toBe(RS256);
});

test("a client that comes to want RS256 brings the key along, and the key rotates with the others", async () => {
  const { api, issuer, issuerId } = await newPlace(world);
  const { id } = good(await api.post(`${issuer}/clients`, client()));
  const path = `${issuer}/clients/${id}`;
  good(await api.patch(path, { settings: { response_signature_alg: "EdDSA" } }));
  expect(await kids(issuerId, "active")).not.toHaveProperty("RS256");
  good(await api.patch(path, { settings: { response_signature_alg: "RS256" } }));
  const { RS256 } = await kids(issuerId, "active");
  expect(RS256).toBeDefined();
  good(await api.patch(path, { settings: { response_signature_alg: "RS256" } }));
  expect((await kids(issuerId, "active")).RS256).toBe(RS256);

  // The first of a month: the rotation that was due the day before is late, and still gives its day's notice.
  const date = new Date(clock.now());
  to(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 2, 1, 2));
  await run();
  clock.advance(DAY + 1000);
  await run();
  expect((await kids(issuerId, "retired")).RS256).toBe(RS256);
  expect((await kids(issuerId, "active")).RS256).not.toBe(RS256);
});

test("a client that is refused leaves no key behind", async () => {
  const { api, issuer, issuerId } = await newPlace(world);
  const version = await versionOf(issuerId);
  const settings = { response_signature_alg: "RS256", openid: { token_endpoint_auth_method: "none" } };
  expect((await api.post(`${issuer}/clients`, { ...client(), settings })).status).toBe(400);
  expect(await kids(issuerId, "active")).not.toHaveProperty("RS256");
  expect(await versionOf(issuerId)).toBe(version);
});
