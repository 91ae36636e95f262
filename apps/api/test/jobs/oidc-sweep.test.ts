import { expect, test } from "vitest";
import { good } from "../core/support.ts";
import { runJobs } from "../harness/jobs.ts";
import { createWorld } from "../harness/world.ts";
import { newApplication } from "../idp/application.ts";

const world = await createWorld();

test("what nobody can present any more is swept, and nothing else", async () => {
  const app = await newApplication(world);
  const tokens = (await app.exchange(await app.authorize())).body;
  await app.post("/revoke", { token: tokens.access_token });
  const count = async (table: string) =>
    (await world.sql(`select 1 from ${table} where issuer_id = $1`, [app.issuerId])).length;
  const sweep = async () => {
    await world.server.database.transaction(app.accountId, (tx) => tx.enqueue("oidc.sweep", { data: {} }));
    expect((await runJobs(world.server)).filter(({ error }) => error)).toEqual([]);
  };
  const before = await count("oidc_artifacts");
  await sweep();
  expect([await count("oidc_artifacts"), await count("denied_tokens")]).toEqual([before, 1]);
  expect((await app.refresh(tokens.refresh_token)).status).toBe(200);
  world.server.clock.advance(2 * 3_600_000);
  await sweep();
  expect(await count("denied_tokens")).toBe(0);
  // A used token is remembered: its replay is known.
  expect((await app.refresh(tokens.refresh_token)).status).toBe(400);
  world.server.clock.advance(30 * 86_400_000);
  await sweep();
  expect(await count("oidc_artifacts")).toBe(0);
  expect(good(await app.api.get(`${app.issuer}/sessions`))).toHaveLength(2);
});
