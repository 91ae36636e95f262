import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Listening } from "../../src/db/listen.ts";
import type { Issuers } from "../../src/idp/issuers.ts";
import { makeSigningKeys } from "../../src/keys/signing-keys.ts";
import { createWorld, serve, type World } from "./support.ts";

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const policyOf = async (issuers: Issuers, id: string): Promise<unknown> => {
  const issuer = await issuers.get(id);
  return issuer && JSON.parse(issuer.discovery.body.toString()).op_policy_uri;
};
const policy = (uri: string) => `links = jsonb_set(links, '{privacy_policy}', '"${uri}"')`;
const soon = { timeout: 2000, interval: 1 };

describe("a live issuer", () => {
  test("is built once for 20 requests that meet none, and not again for the next", async () => {
    const { id } = await world.issuer();
    const issuers = await world.openIssuers();
    const server = await serve(world, issuers);
    const path = `/${id}/.well-known/openid-configuration`;
    const answers = await Promise.all(Array.from({ length: 20 }, () => server.call(path)));
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    await server.call(path);
    expect(issuers.counts()).toEqual({ held: 1, built: 1 });
    await server.close();
  });

  test("is let go when more than the most are held, and built again when it is asked for", async () => {
    const issuers = await world.openIssuers({ max: 2 });
    const ids = await Promise.all(Array.from({ length: 3 }, async () => (await world.issuer()).id));
    for (const id of [...ids, ...ids]) expect((await issuers.get(id))?.id).toBe(id);
    expect(issuers.counts()).toEqual({ held: 2, built: 6 });
  });

  test("is found as soon as it exists, also by a process that was asked for it before", async () => {
    const issuers = await world.openIssuers();
    const id = world.deps.ids.make("issuer");
    expect(await issuers.get(id)).toBeUndefined();
    await world.query("select pg_notify('issuer_changed', $1)", [id]);
    const { id: created } = await world.issuer();
    expect((await issuers.get(created))?.url).toBe(`https://id.example.com/${created}`);
    expect(issuers.counts().held).toBe(1);
  });

  test("signs with what its row's keys open to, and fails loudly where a row was tampered with", async () => {
    const { id, keys } = await world.issuer();
    await world.query("update issuer_signing_keys set private_key = $2 where issuer_id = $1 and alg = 'EdDSA'", [
      id,
      keys[0]?.private_key,
    ]);
    const issuers = await world.openIssuers();
    await expect(issuers.get(id)).rejects.toThrow();
    expect(issuers.counts().held).toBe(0);
  });
});

describe("a change", () => {
  test("is seen by two processes at once: settings, keys, disabling, enabling, deleting", async () => {
    const { id } = await world.issuer();
    const both = [await world.openIssuers(), await world.openIssuers()];
    const seen = (check: (issuers: Issuers) => Promise<unknown>, expected: unknown) =>
      Promise.all(both.map((issuers) => vi.waitFor(async () => expect(await check(issuers)).toEqual(expected), soon)));
    await seen((issuers) => policyOf(issuers, id), "https://example.com/privacy");

    await world.change(id, policy("https://example.com/2"));
    await seen((issuers) => policyOf(issuers, id), "https://example.com/2");

    const [key] = await makeSigningKeys(world.deps, id);
    if (!key) throw new Error("Keys are made.");
    await world.addKey({ ...key, status: "next" });
    await world.change(id, "name = 'Rotated'");
    await seen(async (issuers) => (await issuers.get(id))?.jwks.body.includes(key.kid), true);

    const [one, other] = await Promise.all(both.map((issuers) => issuers.get(id)));
    expect([one?.discovery.etag, one?.jwks.etag]).toEqual([other?.discovery.etag, other?.jwks.etag]);

    await world.change(id, "status = 'disabled'");
    await seen((issuers) => issuers.get(id), undefined);
    await world.change(id, "status = 'active'");
    await seen(async (issuers) => (await issuers.get(id))?.version, 5);
    await world.change(id, "deleted_at = 1");
    await seen((issuers) => issuers.get(id), undefined);
  });

  test("that commits while an older version is being built does not leave the older one behind", async () => {
    const { id } = await world.issuer();
    const database = world.openDatabase();
    const [hasRead, mayFinish] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let reads = 0;
    const heard: string[] = [];
    const issuers = await world.openIssuers({
      database: {
        ...database,
        transaction: async (accountId, work) => {
          const answer = await database.transaction(accountId, work);
          reads += 1;
          if (reads > 1) return answer;
          hasRead.resolve();
          await mayFinish.promise;
          return answer;
        },
        listen: (channel, on) =>
          database.listen(channel, {
            ...on,
            message: (payload) => {
              on.message(payload);
              heard.push(payload);
            },
          }),
      },
    });

    const old = policyOf(issuers, id);
    await hasRead.promise;
    await world.change(id, policy("https://example.com/newer"));
    await vi.waitFor(() => expect(heard).toContain(id), soon);
    expect(await policyOf(issuers, id)).toBe("https://example.com/newer");
    mayFinish.resolve();
    expect(await old).toBe("https://example.com/privacy");
    expect(await policyOf(issuers, id)).toBe("https://example.com/newer");
    expect(issuers.counts()).toEqual({ held: 1, built: 2 });
  });

  test("is seen by the very next request while no notification can arrive, and by one after that", async () => {
    const { id } = await world.issuer();
    const database = world.openDatabase();
    const line: Listening[] = [];
    const issuers = await world.openIssuers({
      database: {
        ...database,
        listen: async (_, on) => {
          line.push(on);
          on.connected();
          return { close: async () => {} };
        },
      },
    });
    await policyOf(issuers, id);

    for (const on of line) on.disconnected();
    await world.change(id, policy("https://example.com/unheard"));
    expect(await policyOf(issuers, id)).toBe("https://example.com/unheard");
    expect(await policyOf(issuers, id)).toBe("https://example.com/unheard");
    expect(issuers.counts().built).toBe(2);
    await world.change(id, "status = 'disabled'");
    expect(await issuers.get(id)).toBeUndefined();
    await world.change(id, "status = 'active'");

    for (const on of line) on.connected();
    expect(issuers.counts().held).toBe(0);
    expect((await issuers.get(id))?.version).toBe(4);
  });

  test("that nobody heard, just when the connection broke, is found when it is back", async () => {
    const { id } = await world.issuer();
    const issuers = await world.openIssuers();
    await policyOf(issuers, id);
    await world.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query like 'listen %'",
    );
    await world.change(id, policy("https://example.com/just-then"));
    await vi.waitFor(async () => expect(await policyOf(issuers, id)).toBe("https://example.com/just-then"), soon);
  });
});
