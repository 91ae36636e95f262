import { once } from "node:events";
import { request } from "node:http";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { credentialOf } from "../../src/verification/credentials.ts";
import { createWorld } from "../harness/world.ts";
import { headerCases } from "./rfc7617.ts";
import { verificationsOf } from "./stand.ts";

const world = await createWorld();
const { key, accountId } = await world.tenant();
const routes = ["/v1/me", `/v1/accounts/${accountId}`];

const send = async (path: string, authorization: string | undefined) => {
  const sent = request(`${world.server.url}${path}`, { headers: authorization === undefined ? {} : { authorization } });
  sent.end();
  const [answer] = await once(sent, "response");
  return {
    status: answer.statusCode,
    challenge: answer.headers["www-authenticate"],
    body: JSON.parse(await text(answer)),
  };
};

test.each(headerCases)("$name: the same on the hot path and on every other route", async ({ header, good }) => {
  for (const path of routes) {
    const { status, challenge, body } = await send(path, header(key));
    expect(status, path).toBe(good ? 200 : 401);
    if (good) continue;
    expect(body).toMatchObject({ error: "unauthorized_client", retryable: false });
    expect(challenge).toMatch(/^Basic realm="authpi"/);
  }
});

test("of what is refused nothing is looked up that cannot be a key", () => {
  for (const { name, header, good } of headerCases) {
    const text = header(key)?.trim();
    const lookedUp = text !== undefined && credentialOf(text) !== undefined;
    // Its characters and checksum are a secret's: only the database can tell.
    const wellFormed = name === "a secret of another prefix";
    expect(lookedUp, name).toBe(good || wellFormed);
  }
});

test("none of it is a fault of the server's, or an event", async () => {
  expect(world.server.complaints).toEqual([]);
  expect(await verificationsOf(world, key)).toBe(0);
});
