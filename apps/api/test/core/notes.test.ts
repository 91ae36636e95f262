import { expect, test } from "vitest";
import { createWorld } from "../harness/world.ts";
import { eventsBy, expectRefusal, good, idsOf, newPlace, newUser } from "./support.ts";

const world = await createWorld();

const newScene = async () => {
  const place = await newPlace(world);
  const about = { subject_type: "org", subject_id: place.orgId, issuer_id: place.issuerId };
  const add = (content: string, more: object = {}) => place.api.post("notes", { ...about, content, ...more });
  const write = async (content: string, more: object = {}) => good(await add(content, more));
  return { ...place, about, add, write };
};

test("a note has every field, and who wrote it", async () => {
  const { api, write, about, accountId, key } = await newScene();
  const note = await write("  **Renewal** is due.\nIn May.  ");
  expect(note).toEqual({
    ...{ id: expect.stringMatching(/^note_[0-9a-z]{25}$/), account_id: accountId, ...about },
    ...{ content: "**Renewal** is due.\nIn May.", pinned: false, mentions: [], references: [] },
    ...{ created_by: key.id, updated_by: key.id },
    ...{ created_at: expect.any(Number), updated_at: note.created_at },
  });
  expect(good(await api.get(`notes/${note.id}`))).toEqual(note);
});

test("a note names the issuer that its subject stands below; about an issuer it is the subject", async () => {
  const { api, add, write, issuerId } = await newScene();
  for (const subject_type of ["user", "org", "client", "agent"])
    expectRefusal(await add("a", { subject_type, issuer_id: null }), 400, "issuer_id");
  const about = { subject_type: "issuer", subject_id: issuerId };
  expect((await write("a", { ...about, issuer_id: null })).issuer_id).toBe(issuerId);
  expectRefusal(await add("a", { ...about, issuer_id: "i_other" }), 400, "issuer_id");
  for (const subject_type of ["webhook", "api_key"])
    expectRefusal(await add("a", { subject_type }), 400, "subject_type");
  const { id } = await write("a");
  expectRefusal(await api.patch(`notes/${id}`, { subject_id: "org_other" }), 400, "subject_id");
});

test("a note has 1 to 10,000 characters", async () => {
  const { add } = await newScene();
  for (const content of ["", " \n ", "x".repeat(10_001), "\u0000"]) expectRefusal(await add(content), 400, "content");
  for (const content of ["x".repeat(10_000), "@[".repeat(5000), "[[user:".repeat(1400)]) good(await add(content));
});

test("the text says whom it mentions and what it refers to, each once and in its order", async () => {
  const { write, issuerId } = await newScene();
  const note = await write(
    "@[Ada L.](usr_b) @[](usr_a) @[Ada](usr_b) [[client:c_1]] [[org:org_1|Globex [Corp]] [[org:org_1|Globex]] " +
      "[[issuer:i_9]] [[webhook:wh_1]] [[api_key:key_1|a key]] [[user:usr_c]] [[client:c_1|again]] " +
      "@[Not](org_1) @Ada(usr_x) [[group:grp_1]] [[org:]] [[org:a b]] [org:org_2]",
  );
  const created_at = note.created_at;
  expect(note.mentions).toEqual(["usr_b", "usr_a"].map((mentioned_user_id) => ({ mentioned_user_id, created_at })));
  const references = [
    ["client", "c_1", issuerId],
    ["org", "org_1", issuerId],
    ["issuer", "i_9", "i_9"],
    ["webhook", "wh_1", null],
    ["api_key", "key_1", null],
    ["user", "usr_c", issuerId],
  ];
  expect(note.references).toEqual(
    references.map(([ref_type, ref_id, ref_issuer_id]) => ({ ref_type, ref_id, ref_issuer_id, created_at })),
  );
});

test("a change of the text keeps the times of what it still names, and forgets the rest", async () => {
  const { api, write } = await newScene();
  const note = await write("@[Ada](usr_a) @[Bob](usr_b) [[org:org_1]] [[org:org_2]]");
  world.server.clock.advance(5000);
  const content = "[[org:org_3]] [[org:org_2]] @[Carol](usr_c) @[Bob](usr_b)";
  const changed = good(await api.patch(`notes/${note.id}`, { content }));
  const [then, now] = [note.created_at, changed.updated_at];
  expect(now).toBeGreaterThan(then);
  expect(changed.mentions).toEqual([
    { mentioned_user_id: "usr_c", created_at: now },
    { mentioned_user_id: "usr_b", created_at: then },
  ]);
  expect(changed.references).toMatchObject([
    { ref_id: "org_3", created_at: now },
    { ref_id: "org_2", created_at: then },
  ]);
  expect(good(await api.get(`notes/${note.id}`))).toEqual(changed);
  const bare = good(await api.patch(`notes/${note.id}`, { content: "nobody" }));
  expect(bare).toMatchObject({ mentions: [], references: [] });
  expect(good(await api.get(`notes/${note.id}`))).toEqual(bare);
});

test("pinned notes come first, the newest of each before the others, page by page", async () => {
  const { api, write } = await newScene();
  const made = [];
  for (const pinned of [true, false, true, false]) made.push((await write("a", { pinned })).id);
  const [a, b, c, d] = made;
  expect(await idsOf(api, "notes")).toEqual([c, a, d, b]);
  const seen: string[] = [];
  for (let query = "limit=1"; query !== ""; ) {
    const { body } = await api.get(`notes?${query}`);
    seen.push(...body.data.map(({ id }: { id: string }) => id));
    query = body.has_more ? `limit=1&cursor=${body.next_cursor}` : "";
  }
  expect(seen).toEqual([c, a, d, b]);
  good(await api.patch(`notes/${b}`, { pinned: true }));
  expect(await idsOf(api, "notes")).toEqual([c, b, a, d]);
});

test("notes are filtered by their subject, issuer, writer, pin and whom they mention", async () => {
  const { api, write, about, issuerId, key } = await newScene();
  const pinned = await write("@[Ada](usr_a)", { pinned: true });
  const plain = await write("[[user:usr_a]]", { subject_type: "user", subject_id: "usr_b", issuer_id: "i_2" });
  const filters: [query: string, notes: { id: string }[]][] = [
    [`subject_type=org&subject_id=${about.subject_id}`, [pinned]],
    ["subject_type=user", [plain]],
    ["subject_type=user&subject_id=usr_a", []],
    [`issuer_id=${issuerId}`, [pinned]],
    [`created_by=${key.id}`, [pinned, plain]],
    ["created_by=key_none", []],
    ["pinned=true", [pinned]],
    ["pinned=false", [plain]],
    ["mentions_user_id=usr_a", [pinned]],
    ["mentions_user_id=usr_b", []],
  ];
  for (const [query, notes] of filters)
    expect(await idsOf(api, `notes?${query}`), query).toEqual(notes.map(({ id }) => id));
});

test("a count answers with the number and nothing else", async () => {
  const { api, write, about } = await newScene();
  for (const content of ["a", "b"]) await write(content);
  await write("c", { subject_id: "org_other" });
  const bodyOf = async (query: string) => (await api.get(`notes/count?${query}`)).body;
  expect(await bodyOf(`subject_type=org&subject_id=${about.subject_id}`)).toEqual({ count: 2 });
  expect(await bodyOf("subject_type=org")).toEqual({ count: 3 });
  expect(await bodyOf("subject_type=user&subject_id=usr_none")).toEqual({ count: 0 });
});

test("backlinks answer with the notes that refer to a thing, newest first, and nothing else", async () => {
  const { api, write } = await newScene();
  const first = await write("[[client:c_1]]", { pinned: true });
  const second = await write("[[client:c_1|the app]]");
  await write("@[Ada](usr_a) [[org:c_1]] [[client:c_2]]");
  const answer = await api.get("notes/backlinks?ref_type=client&ref_id=c_1");
  expect(answer.body).toEqual({ data: [second, first] });
  expect((await api.get("notes/backlinks?ref_type=client&ref_id=c_1&limit=1")).body).toEqual({ data: [second] });
  expect((await api.get("notes/backlinks?ref_type=user&ref_id=usr_a")).body).toEqual({ data: [] });
  expectRefusal(await api.get("notes/backlinks"), 400, "ref_type", "ref_id");
  good(await api.delete(`notes/${second.id}`));
  expect((await api.get("notes/backlinks?ref_type=client&ref_id=c_1")).body).toEqual({ data: [first] });
});

test("a note outlives its subject, and tells of its changes", async () => {
  const place = await newScene();
  const { api, write, issuer, issuerId } = place;
  const user = await newUser(place, "ada");
  const about = { subject_type: "user", subject_id: user.id };
  const events = await eventsBy(api, async () => {
    const { id } = await write("a", about);
    good(await api.delete(`${issuer}/users/${user.id}`));
    for (const _ of ["a change", "none"]) good(await api.patch(`notes/${id}`, { content: "b" }));
    good(await api.delete(`notes/${id}`));
    expect((await api.get(`notes/${id}`)).status).toBe(404);
  });
  expect(events.map(({ type }) => type)).toEqual(["note.deleted", "note.updated", "user.deleted", "note.created"]);
  expect(events[1]?.data.previous).toEqual({ content: "a" });
  expect(events[0]?.subject).toMatchObject({ type: "note", issuer_id: issuerId });
});
