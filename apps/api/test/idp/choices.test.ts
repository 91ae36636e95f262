import { expect, test } from "vitest";
import { good } from "../core/support.ts";
import { createWorld } from "../harness/world.ts";
import { newApplication, password } from "./application.ts";
import { type Browser, newBrowser } from "./browser.ts";
import { type Place, walk } from "./walk.ts";

const world = await createWorld();
const claimsOf = (jwt: string) => JSON.parse(Buffer.from(jwt.split(".")[1] ?? "", "base64url").toString());

const setUp = async (settings: Record<string, unknown> = {}) => {
  const app = await newApplication(world, settings);
  const join = async (orgId: string) =>
    good(
      await app.api.post(`${app.issuer}/organizations/${orgId}/members`, {
        member_id: app.user.id,
        scopes: ["a:read"],
      }),
    );
  const newOrganization = async (name: string): Promise<string> => {
    const { id } = good(await app.api.post(`${app.issuer}/organizations`, { name }));
    await join(id);
    return id;
  };
  const arrive = async (params: Record<string, string>, browser: Browser = newBrowser()) => {
    const { url, verifier } = app.authorizeUrl(params);
    const first = await walk(browser, app.url)(url);
    return { place: first.html.includes('name="identifier"') ? await signIn(first) : first, verifier, browser };
  };
  const exchanged = async ({ url }: Place, verifier: string) => {
    const { status, body } = await app.exchange({ answer: new URL(url).searchParams, verifier });
    expect(status, JSON.stringify(body)).toBe(200);
    return body;
  };
  return { ...app, join, newOrganization, arrive, exchanged };
};
const signIn = async (first: Place, identifier = "ada@example.com") =>
  (await first.submit({ identifier })).submit({ password });
const answerOf = ({ url }: Place) => Object.fromEntries(new URL(url).searchParams);

test("one of several organizations is chosen, and holds over refreshes until it is left", async () => {
  const app = await setUp();
  await app.join(app.orgId);
  const other = await app.newOrganization("Initech");
  const { place, verifier } = await app.arrive({ prompt: "select_organization" });
  expect(place.url).toMatch(/\/organization$/);
  expect(place.html).toContain("Globex");
  expect(place.html).toContain("Initech");
  expect((await place.submit({ organization: "org_00000000000000000000000000" })).status).toBe(400);
  expect((await place.submit({ organization: other, csrf: "x" })).status).toBe(403);
  const first = await app.exchanged(await place.submit({ organization: other }), verifier);
  expect(claimsOf(first.id_token)).toMatchObject({ org_id: other, organizations: [{ id: other }] });
  const second = (await app.refresh(first.refresh_token)).body;
  expect(claimsOf(second.access_token)).toMatchObject({ org_id: other, organizations: [{ id: other }] });
  good(await app.api.delete(`${app.issuer}/organizations/${other}/members/${app.user.id}`));
  expect(await app.refresh(second.refresh_token)).toMatchObject({ status: 400, body: { error: "invalid_grant" } });
});

test("one organization is entered at once, none is no hindrance, and a named one is not asked for", async () => {
  const app = await setUp();
  const none = await app.arrive({ prompt: "select_organization" });
  expect(claimsOf((await app.exchanged(none.place, none.verifier)).id_token)).toMatchObject({ organizations: [] });
  await app.join(app.orgId);
  const one = await app.arrive({ prompt: "select_organization" }, none.browser);
  expect(claimsOf((await app.exchanged(one.place, one.verifier)).id_token)).toMatchObject({ org_id: app.orgId });
  await app.newOrganization("Initech");
  const named = await app.arrive({ prompt: "select_organization", org: app.orgId }, none.browser);
  expect(claimsOf((await app.exchanged(named.place, named.verifier)).id_token)).toMatchObject({ org_id: app.orgId });
});

test("only what the client may know of is offered, and only what is active", async () => {
  const app = await setUp();
  await app.join(app.orgId);
  const [second, third, hidden] = await Promise.all(["Initech", "Hooli", "Hidden"].map(app.newOrganization));
  good(
    await app.api.patch(`${app.issuer}/clients/${app.client.id}`, {
      settings: { organizations: { mode: "allowlist", ids: [app.orgId, second, third] } },
    }),
  );
  good(await app.api.patch(`${app.issuer}/organizations/${third}`, { status: "suspended" }));
  const { place } = await app.arrive({ prompt: "select_organization" });
  expect(["Globex", "Initech", "Hooli", "Hidden"].map((name) => place.html.includes(name))).toEqual([
    ...[true, true, false, false],
  ]);
  for (const organization of [third, hidden]) {
    expect((await place.submit({ organization: String(organization) })).status).toBe(400);
  }
});

test("a chosen organization that asks for two factors gets them", async () => {
  const app = await setUp();
  await app.join(app.orgId);
  await app.newOrganization("Initech");
  good(await app.api.patch(app.organization, { security: { mfa_required: true } }));
  const { place } = await app.arrive({ prompt: "select_organization" });
  const again = await place.submit({ organization: app.orgId });
  expect(again.html).toContain('name="identifier"');
  expect((await signIn(again)).url).toMatch(/\/enrol-totp$/);
});

test("prompt=select_account goes on as who is signed in, or as another, once", async () => {
  const app = await setUp();
  good(
    await app.api.post(`${app.issuer}/users`, {
      username_type: "email",
      username: "eve@example.com",
      password,
      profile: { email: "eve@example.com" },
    }),
  );
  // Nobody is there to choose from: signing in is the choice.
  const { place, browser } = await app.arrive({ prompt: "select_account" });
  expect(answerOf(place)).toHaveProperty("code");
  const asked = await app.arrive({ prompt: "select_account" }, browser);
  expect(asked.place.url).toMatch(/\/account$/);
  expect(asked.place.html).toContain("Ada Lovelace");
  expect((await asked.place.submit({ account: app.user.id, csrf: "x" })).status).toBe(403);
  const same = await asked.place.submit({ account: app.user.id });
  const body = await app.exchanged(same, asked.verifier);
  expect(claimsOf(body.id_token).sub).toBe(app.user.id);

  const second = await app.arrive({ prompt: "select_account" }, browser);
  const other = await second.place.submit({ account: "usr_somebody" });
  expect(other.html).toContain('name="identifier"');
  const switched = await app.exchanged(await signIn(other, "eve@example.com"), second.verifier);
  expect(claimsOf(switched.id_token).sub).not.toBe(app.user.id);
  const silent = await app.arrive({ prompt: "none" }, browser);
  expect(claimsOf((await app.exchanged(silent.place, silent.verifier)).id_token).sub).toBe(
    claimsOf(switched.id_token).sub,
  );
});
