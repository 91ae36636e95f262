import { expect, test } from "vitest";
import { everyOperation, pathFor } from "../harness/operations.ts";
import { holdingsOf } from "../harness/rows.ts";
import { placeOf, setScene, withoutReference } from "../harness/scene.ts";
import { createWorld } from "../harness/world.ts";

const world = await createWorld();
const nested = everyOperation.filter(({ params }) => params.length > 2);

test.each(nested)("$id does not find one parent's things below another of the same account", async (one) => {
  const { params, tenant, send } = await setScene(world, one);
  const elsewhere = await placeOf(tenant, one.resource);
  const before = await holdingsOf(world, tenant.accountId);
  const nowhere = withoutReference(await tenant.api.get("/v1/accounts/acc_none"));
  const parents = one.params.slice(1, -1);
  for (const moved of parents) {
    const answer = await send({ path: pathFor(one.path, { ...params, [moved]: String(elsewhere[moved]) }) });
    expect(answer.status, `${moved}: ${answer.text}`).toBe(404);
    expect(withoutReference(answer)).toBe(nowhere);
  }
  expect(await holdingsOf(world, tenant.accountId)).toEqual(before);
});

const inIssuers = everyOperation.filter(({ params }) => params.includes("issuer_id"));

test.each(inIssuers.filter(({ operation }) => operation.kind === "list"))(
  "$id of one issuer holds nothing of another's",
  async (one) => {
    const { params, tenant, send } = await setScene(world, one);
    const other = await setScene(world, one, tenant);
    const shared = new Set([params.account_id]);
    const { text } = await other.send();
    for (const id of Object.values(params)) if (!shared.has(id)) expect(text).not.toContain(id);
    expect((await send()).status).toBe(200);
  },
);

const belowIssuers = inIssuers.filter(({ resource }) => resource.param !== "issuer_id");

test.each(belowIssuers)("$id is 404 at once when its issuer is deleted", async (one) => {
  const { params, tenant, send } = await setScene(world, one);
  expect((await tenant.api.delete(`issuers/${params.issuer_id}`)).status).toBe(204);
  const answer = await send();
  expect(answer.status, answer.text).toBe(404);
});
