import { createRemoteJWKSet, decodeJwt, jwtVerify } from "jose";
import { expect, test } from "vitest";
import { tellClientsOf } from "../../src/core/sessions/backchannel.ts";
import { createOutgoing } from "../../src/outgoing/outgoing.ts";
import { good, newPlace, newUser } from "../core/support.ts";
import { runJobs } from "../harness/jobs.ts";
import { insertSession } from "../harness/sessions.ts";
import { createWorld } from "../harness/world.ts";
import { startReceiver } from "../webhooks/receiver.ts";

const world = await createWorld();
const { clock, database, deps, url, complaints } = world.server;
const event = "http://schemas.openid.net/event/backchannel-logout";

/** A user with an op session, and rp sessions at two clients, of which the first wants to know. */
const newScene = async (settings: object = {}) => {
  const [place, receiver] = await Promise.all([newPlace(world), startReceiver()]);
  const { api, issuer, issuerId, accountId } = place;
  const user = await newUser(place, "ada");
  const client = async (openid: object) =>
    good(
      await api.post(`${issuer}/clients`, {
        ...{ name: "web", type: "internal", confidential: true },
        settings: { ...settings, openid },
      }),
    ).id as string;
  const clientId = await client({ backchannel_logout_uri: receiver.url });
  const silentId = await client({});
  const session = (columns: object) =>
    insertSession(world.sql, { account_id: accountId, issuer_id: issuerId, user_id: user.id, ...columns });
  const op = await session({});
  const rp = { type: "rp", op_session_id: op };
  const told = await session({ ...rp, client_id: clientId });
  const silent = await session({ ...rp, client_id: silentId });
  const tokens = () => receiver.received.map(({ text }) => String(new URLSearchParams(text).get("logout_token")));
  return { ...place, userId: user.id as string, receiver, clientId, silentId, op, told, silent, session, tokens };
};
type Scene = Awaited<ReturnType<typeof newScene>>;

const jobs = async () => (await runJobs(world.server)).filter(({ name }) => name === "backchannel.logout");

test.each(["ES256", "EdDSA", "RS256"])(
  "a client is told by a token of %s that its user's session ended",
  async (alg) => {
    const scene = await newScene({ response_signature_alg: alg });
    const { api, issuer, issuerId, clientId, userId, op, told, receiver, tokens } = scene;
    good(await api.post(`${issuer}/sessions/${op}/revoke`));
    expect(receiver.received).toEqual([]);
    expect(await jobs()).toEqual([expect.not.objectContaining({ error: expect.anything() })]);

    const [received] = receiver.received;
    expect(received?.headers["content-type"]).toBe("application/x-www-form-urlencoded");
    const iss = `${url}/${issuerId}`;
    const keys = createRemoteJWKSet(new URL(`${iss}/jwks.json`));
    const held = { issuer: iss, audience: clientId, typ: "logout+jwt", algorithms: [alg] };
    const [token = ""] = tokens();
    const { payload } = await jwtVerify(token, keys, { ...held, currentDate: new Date(clock.now()) });
    const iat = Number(payload.iat);
    expect(payload).toEqual({
      ...{ iss, sub: userId, aud: clientId, sid: told, events: { [event]: {} } },
      ...{ iat, exp: iat + 120, jti: expect.stringMatching(/^\S{20,}$/) },
    });
    expect(Math.abs(iat * 1000 - clock.now())).toBeLessThan(10_000);
    expect([...new URLSearchParams(received?.text).keys()]).toEqual(["logout_token"]);

    good(await api.post(`${issuer}/sessions/${op}/revoke`));
    expect(await jobs()).toEqual([]);
  },
);

const ends: Record<string, (scene: Scene) => Promise<unknown>> = {
  "the rp session is revoked": ({ api, issuer, told }) => api.post(`${issuer}/sessions/${told}/revoke`).then(good),
  "all of a user's sessions are revoked": ({ api, issuer, userId }) =>
    api.post(`${issuer}/users/${userId}/sessions/revoke-all`).then(good),
  "the user is blocked": ({ api, issuer, userId }) => api.post(`${issuer}/users/${userId}/block`).then(good),
  "the user is blocked by an update": ({ api, issuer, userId }) =>
    api.patch(`${issuer}/users/${userId}`, { status: "blocked" }).then(good),
  "the user is deleted": ({ api, issuer, userId }) => api.delete(`${issuer}/users/${userId}`).then(good),
  "the runtime ends it": ({ accountId, issuerId, op, told, silent }) =>
    database.transaction(accountId, (tx) => tellClientsOf(tx, issuerId, [op, told, silent])),
};
test.each(Object.keys(ends))("a client is told once, and the one without a receiver not, when %s", async (name) => {
  const scene = await newScene();
  await ends[name]?.(scene);
  expect((await jobs()).map(({ data }) => data.sessionId)).toEqual([scene.told]);
  expect(scene.tokens().map((token) => decodeJwt(token).sid)).toEqual([scene.told]);
});

test("a user who is suspended keeps the sessions, and a client that is deleted is told nothing", async () => {
  const scene = await newScene();
  const { api, issuer, userId, clientId, receiver } = scene;
  good(await api.post(`${issuer}/users/${userId}/suspend`));
  good(await api.delete(`${issuer}/clients/${clientId}`));
  expect(await jobs()).toEqual([]);
  // The same between the end of a session and its notice.
  const other = await newScene();
  good(await other.api.post(`${other.issuer}/sessions/${other.told}/revoke`));
  good(await other.api.delete(`${other.issuer}/clients/${other.clientId}`));
  expect(await jobs()).toHaveLength(1);
  expect([...receiver.received, ...other.receiver.received]).toEqual([]);
});

test("every session of a user at a client is told of by itself", async () => {
  const { api, issuer, userId, op, told, clientId, session, tokens } = await newScene();
  const further = await session({ type: "rp", op_session_id: op, client_id: clientId });
  good(await api.post(`${issuer}/users/${userId}/sessions/revoke-all`));
  await jobs();
  expect(
    tokens()
      .map((token) => decodeJwt(token).sid)
      .sort(),
  ).toEqual([told, further].sort());
});

test("a receiver that is down is asked again with another token, for an hour, and then given up", async () => {
  const { api, issuer, told, receiver, tokens } = await newScene();
  receiver.answer(503);
  good(await api.post(`${issuer}/sessions/${told}/revoke`));
  const [failed] = await jobs();
  expect(String(failed?.error)).toContain("The receiver answered with 503.");
  expect(await jobs()).toEqual([]);
  clock.advance(45_000);
  receiver.answer(204);
  expect(await jobs()).toEqual([expect.not.objectContaining({ error: expect.anything() })]);
  const [first = "", then = ""] = tokens();
  expect(tokens()).toHaveLength(2);
  expect(decodeJwt(first).jti).not.toBe(decodeJwt(then).jti);
  expect(Number(decodeJwt(then).exp)).toBeGreaterThan(Number(decodeJwt(first).exp));

  const gone = await newScene();
  gone.receiver.answer(503);
  good(await gone.api.post(`${gone.issuer}/sessions/${gone.told}/revoke`));
  const errors: unknown[] = [];
  for (let tries = 0; tries < 12; tries++) {
    errors.push(...(await jobs()).map(({ error }) => error));
    clock.advance(1_800_000);
  }
  expect(gone.receiver.received).toHaveLength(8);
  expect(errors.map((error) => error !== undefined)).toEqual([true, true, true, true, true, true, true, false]);
});

test("outside of development no private address is reached, and nothing but https", async () => {
  const { api, issuer, told, receiver } = await newScene();
  const strict = createOutgoing({ allow: [], development: false });
  const named = createOutgoing({
    ...{ allow: [], development: false },
    resolve: async () => [{ address: "10.0.0.1", family: 4 }],
  });
  good(await api.post(`${issuer}/sessions/${told}/revoke`));
  const done = await runJobs({ ...world.server, outgoing: strict });
  expect(done).toEqual([expect.not.objectContaining({ error: expect.anything() })]);
  expect(receiver.received).toEqual([]);

  const inside = await newScene();
  good(
    await inside.api.patch(`${inside.issuer}/clients/${inside.clientId}`, {
      settings: { openid: { backchannel_logout_uri: "https://app.example.com/logout" } },
    }),
  );
  good(await inside.api.post(`${inside.issuer}/sessions/${inside.told}/revoke`));
  const [job] = await runJobs({ ...world.server, outgoing: named });
  expect(String(job?.error)).toContain("leads to an address that is not public");
  await Promise.all([strict.close(), named.close()]);
});

test("nothing of it is a complaint in the server's log", () => {
  expect(complaints).toEqual([]);
  expect(deps.idpUrl).toBe(url);
});
