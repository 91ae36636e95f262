import { expect, test } from "vitest";
import { meWith } from "../../harness/tokens.ts";
import { createWorld } from "../../harness/world.ts";
import { basicOf, expectToken, grant, newMachinePlace } from "./support.ts";

const world = await createWorld();

test("an agent asks for its own tokens and gives them back; of others' it learns nothing", async () => {
  const place = await newMachinePlace(world);
  const [agent, other] = [await place.agent(), await place.agent()];
  const token = expectToken(await place.ask(grant, basicOf(agent)));
  const send = async (path: string, headers: Record<string, string>, form: Record<string, string>) => {
    const answer = await fetch(`${place.issuerUrl}${path}`, {
      method: "POST",
      headers,
      body: new URLSearchParams(form),
    });
    return { status: answer.status, text: await answer.text() };
  };
  const mine = JSON.parse((await send("/introspect", basicOf(agent), { token })).text);
  expect(mine).toMatchObject({ active: true, sub: agent.id, client_id: agent.id, dat: { type: "agent" } });
  for (const headers of [basicOf(other)]) {
    expect(await send("/introspect", headers, { token })).toEqual({ status: 200, text: '{"active":false}' });
    expect((await send("/revoke", headers, { token })).status).toBe(200);
  }
  expect((await meWith(world, token)).status).toBe(200);
  expect((await send("/introspect", basicOf({ ...agent, secret: `${agent.secret}x` }), { token })).status).toBe(401);
  expect((await send("/introspect", basicOf(agent), {})).status).toBe(400);
  expect(await send("/revoke", basicOf(agent), { token })).toEqual({ status: 200, text: "" });
  expect((await meWith(world, token)).status).toBe(401);
  expect((await send("/introspect", basicOf(agent), { token })).text).toBe('{"active":false}');
});
