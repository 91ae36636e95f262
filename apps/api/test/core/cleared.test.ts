import { issuerSettingsDefault } from "@authpi/schema";
import { expect, test } from "vitest";
import { createWorld } from "../harness/world.ts";
import { good } from "./support.ts";

const world = await createWorld();

test("null brings settings back to what they were at first, as a whole or one by one", async () => {
  const { api } = await world.tenant();
  const settings = { branding: { primary_color: "#112233" }, access: { mode: "approval" }, security: null };
  const links = { website: "https://example.com" };
  const issuer = good(await api.post("issuers", { name: "a", settings, links }));
  const path = `issuers/${issuer.id}`;
  expect(issuer.settings.security).toEqual(issuerSettingsDefault.security);
  const cleared = good(await api.patch(path, { settings: { branding: null }, links: null }));
  expect(cleared.settings.branding).toEqual(issuerSettingsDefault.branding);
  expect(cleared.settings.access.mode).toBe("approval");
  expect(Object.values(cleared.links)).toEqual([null, null, null, null, null]);
  expect(good(await api.patch(path, { settings: null })).settings).toEqual(issuerSettingsDefault);
});

test("a profile and a contact are cleared as a whole", async () => {
  const { api } = await world.tenant();
  const issuer = `issuers/${good(await api.post("issuers", { name: "a" })).id}`;
  const user = good(
    await api.post(`${issuer}/users`, {
      username_type: "email",
      username: "a@example.com",
      profile: { first_name: "A" },
    }),
  );
  expect(good(await api.patch(`${issuer}/users/${user.id}`, { profile: null })).profile).toMatchObject({
    first_name: null,
    email: null,
  });
  const org = good(
    await api.post(`${issuer}/organizations`, { name: "a", contact: { phone: "1" }, status: "suspended" }),
  );
  expect(org).toMatchObject({ status: "suspended", status_at: expect.any(Number) });
  expect(good(await api.patch(`${issuer}/organizations/${org.id}`, { contact: null })).contact.phone).toBe(null);
});
