import { expect, test } from "vitest";
import { createWorld } from "../harness/world.ts";
import { good, idsOf, newKey, newPlace, newUser, type Place } from "./support.ts";

const world = await createWorld();

interface List {
  path(place: Place): string;
  add(place: Place, name: string): Promise<{ id: string }>;
}
const lists: Record<string, List> = {
  members: {
    path: ({ organization }) => `${organization}/members`,
    add: async (place, name) => {
      const { id } = await newUser(place, name);
      return good(await place.api.post(`${place.organization}/members`, { member_id: id, scopes: ["a"] }));
    },
  },
  users: { path: ({ issuer }) => `${issuer}/users`, add: newUser },
  "API keys": {
    path: ({ organization }) => `${organization}/api-keys`,
    add: ({ api, organization }) => newKey(api, `${organization}/api-keys`),
  },
};
const names = Object.keys(lists);

/** A list of its own with seven things in it, oldest first. */
const newList = async (name: string) => {
  const place = await newPlace(world);
  const list = lists[name];
  if (!list) throw new Error(name);
  const ids: string[] = [];
  for (let n = 0; n < 7; n++) ids.push((await list.add(place, `thing-${n}`)).id);
  return { ...place, ids, path: list.path(place), add: (more: string) => list.add(place, more) };
};

/** Page by page from newest to oldest, with something done behind each page. */
const walk = async (
  { api, path }: Awaited<ReturnType<typeof newList>>,
  between: (page: string[]) => Promise<unknown>,
) => {
  const seen: string[] = [];
  let cursor = "";
  for (let pages = 0; pages < 10; pages++) {
    const answer = await api.get(`${path}?limit=2${cursor}`);
    const page = good(answer).map(({ id }: { id: string }) => id);
    seen.push(...page);
    if (!answer.body.has_more) return seen;
    cursor = `&cursor=${answer.body.next_cursor}`;
    await between(page);
  }
  throw new Error("The pages have no end.");
};

test.each(names)("a walk through %s gives each once, whatever is added meanwhile", async (name) => {
  const list = await newList(name);
  let more = 0;
  const seen = await walk(list, async () => {
    await list.add(`late-${more++}`);
    await list.add(`late-${more++}`);
  });
  expect(seen).toEqual(list.ids.toReversed());
  expect(await idsOf(list.api, list.path)).toHaveLength(7 + more);
});

test.each(names)("a walk through %s goes on where the last one of a page is gone", async (name) => {
  const list = await newList(name);
  const seen = await walk(list, (page) => list.api.delete(`${list.path}/${page.at(-1)}`));
  expect(seen).toEqual(list.ids.toReversed());
});

test("members who joined in one millisecond are paged as well", async () => {
  const list = await newList("members");
  const { orgId } = list;
  await world.sql("update members set created_at = 1781222400000 where org_id = $1", [orgId]);
  const late: string[] = [];
  const seen = await walk(list, async () => {
    const { id } = await list.add(`late-${late.length}`);
    late.push(id);
    await world.sql("update members set created_at = 1781222400000 where member_id = $1", [id]);
  });
  expect(new Set(seen).size).toBe(seen.length);
  expect(seen.filter((id) => !late.includes(id))).toEqual(list.ids.toSorted().reverse());
});

test("events are paged to the first one, whatever happens meanwhile", async () => {
  const list = await newList("users");
  const before = await idsOf(list.api, "events");
  const seen = await walk({ ...list, path: "events" }, () => list.api.get("/v1/me"));
  expect(seen).toEqual(before);
  let more = 0;
  expect(await walk({ ...list, path: "events" }, () => list.add(`late-${more++}`))).toEqual(before);
});
