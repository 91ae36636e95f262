import { expect, test } from "vitest";
import { createWorld } from "../harness/world.ts";
import { good } from "./support.ts";

const world = await createWorld({ poolMax: 10 });

test("nothing is made below an issuer or an organization behind its deletion", async () => {
  const { api } = await world.tenant();
  for (let round = 0; round < 4; round++) {
    const issuer = `issuers/${good(await api.post("issuers", { name: "gone" })).id}`;
    const organization = `${issuer}/organizations/${good(await api.post(`${issuer}/organizations`, { name: "gone" })).id}`;
    for (const [parent, path, body] of [
      [organization, `${organization}/api-keys`, () => ({ name: "late", restrictions: {} })],
      [issuer, `${issuer}/users`, (n: number) => ({ username_type: "unique-name", username: `late-${n}` })],
    ] as const) {
      const creates = Array.from({ length: 40 }, async (_, n) => (await api.post(path, body(n))).status);
      expect((await api.delete(parent)).status).toBe(204);
      for (const status of await Promise.all(creates)) expect([201, 404]).toContain(status);
    }
  }
  // An event's id is made when its change is: behind the deletion's there must be none.
  const late = await world.sql(
    `select e.id from events e join events d on d.type in ('issuer.deleted', 'organization.deleted')
      and e.type in ('user.created', 'api-key.created')
      and case d.type when 'issuer.deleted' then e.issuer_id = d.issuer_id else e.org_id = d.org_id end
      and e.id > d.id`,
  );
  expect(late).toEqual([]);
});
