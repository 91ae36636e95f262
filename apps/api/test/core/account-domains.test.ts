import { expect, test } from "vitest";
import { createWorld, type Tenant } from "../harness/world.ts";
import { eventsBy, expectRefusal, good } from "./support.ts";

const world = await createWorld({ poolMax: 10 });

const newScene = async () => {
  const tenant = await world.tenant();
  const account = `/v1/accounts/${tenant.accountId}`;
  const read = async () => good(await tenant.api.get(account));
  const etag = async () => (await tenant.api.get(account)).headers.get("etag");
  return { ...tenant, account, read, etag };
};
interface Domain {
  host: string;
  txt_record_name: string;
  txt_record_value: string;
}
const add = async ({ api }: Tenant, host: string): Promise<Domain> => {
  const { domains } = good(await api.post("domains", { host }));
  return domains.find((one: Domain) => one.host === host);
};
const addVerified = async (tenant: Tenant, host: string): Promise<Domain> => {
  const domain = await add(tenant, host);
  world.dns.publish(domain.txt_record_name, domain.txt_record_value);
  good(await tenant.api.post(`domains/${host}/verify`));
  return domain;
};
const newIssuer = async ({ api }: Tenant): Promise<string> => good(await api.post("issuers", { name: "acme" })).id;

test("a domain is added in its one form, and stands in the account", async () => {
  const scene = await newScene();
  const before = await scene.etag();
  const made = await scene.api.post("domains", { host: " Bücher.One.Example " });
  expect(made.status, made.text).toBe(201);
  expect(made.headers.get("location")).toBe(scene.account);
  const host = "xn--bcher-kva.one.example";
  const domain = {
    ...{ id: host, account_id: scene.accountId, host, verified: false, primary: false },
    ...{ added_at: expect.any(Number), assigned_issuer_id: null, assigned_at: null },
    txt_record_name: `_authpi-challenge.${host}`,
    txt_record_value: expect.stringMatching(/^authpi-verification=[0-9A-Za-z]{43}$/),
    ...{ created_at: expect.any(Number), updated_at: expect.any(Number) },
  };
  expect(made.body.data).toEqual(await scene.read());
  expect(made.body.data.domains).toEqual([domain]);
  expect(good(await scene.api.get("domains"))).toEqual([domain]);
  expect(made.headers.get("etag")).not.toBe(before);
  expect(made.headers.get("etag")).toBe(await scene.etag());
  expect(made.body.data.organization.updated_at).toBe(made.body.data.updated_at);
});

test("what nobody can own is no domain", async () => {
  const { api } = await newScene();
  for (const host of ["com", "co.uk", "localhost", "10.0.0.1", "*.acme.com", "acme.com:443", "https://acme.com"])
    expectRefusal(await api.post("domains", { host }), 400, "host");
  expectRefusal(await api.post("domains", { host: "a".repeat(254) }), 400, "host");
  expect(good(await api.get("domains"))).toEqual([]);
});

test("a host belongs to one account, and who has it is not told", async () => {
  const [ours, theirs] = [await newScene(), await newScene()];
  await add(ours, "two.example");
  const [own, foreign] = [
    await ours.api.post("domains", { host: "two.example" }),
    await theirs.api.post("domains", { host: "TWO.example" }),
  ];
  expect([own.status, foreign.status]).toEqual([409, 409]);
  expect(foreign.body.error_description).toBe(own.body.error_description);
  expect(foreign.text).not.toContain(ours.accountId);
  expect((await ours.api.delete("domains/two.example")).status).toBe(200);
  expect((await theirs.api.post("domains", { host: "two.example" })).status).toBe(201);
});

test("an account has 20 domains at most, however many are added at once", async () => {
  const { api, read } = await newScene();
  const adding = Array.from({ length: 25 }, (_, n) => api.post("domains", { host: `n${n}.three.example` }));
  const statuses = (await Promise.all(adding)).map(({ status }) => status);
  expect(statuses.filter((status) => status === 201)).toHaveLength(20);
  expect(statuses.filter((status) => status === 409)).toHaveLength(5);
  expect((await read()).domains).toHaveLength(20);
});

test("a domain of 253 characters is found by its path", async () => {
  const scene = await newScene();
  const label = "a".repeat(60);
  const host = `${[label, label, label, "b".repeat(62)].join(".")}.example`.slice(-253);
  await add(scene, host);
  expect((await scene.api.delete(`domains/${host}`)).status).toBe(200);
});

test("a domain is verified by its TXT record, and what stands in its way is said", async () => {
  const scene = await newScene();
  const { api } = scene;
  const { txt_record_name: name, txt_record_value: value } = await add(scene, "four.example");
  const verify = () => api.post("domains/four.example/verify");
  const before = await scene.read();
  const refused = async () => {
    const answer = await verify();
    expectRefusal(answer, 409);
    return answer.body.error_description;
  };
  const missing = await refused();
  for (const told of [name, value, "no TXT record"]) expect(missing).toContain(told);
  world.dns.publish(name, "authpi-verification=another", 'v="spf1"', "c", "d");
  const others = await refused();
  for (const told of ['"authpi-verification=another"', '"c" and others']) expect(others).toContain(told);
  expect(others).not.toContain('"d"');
  expect(await scene.read()).toEqual(before);

  // A text that is too long for one string of DNS comes in parts.
  world.dns.publish(name, "v=spf1 -all", [value.slice(0, 10), value.slice(10)]);
  const verified = good(await verify());
  expect(verified.domains).toMatchObject([{ host: "four.example", verified: true, primary: true }]);
  expect(verified).toEqual(await scene.read());
  world.dns.publish(name);
  expect(await eventsBy(api, async () => expect(good(await verify())).toEqual(verified))).toEqual([]);
});

test("where no name server answers, a domain stays unverified and the answer says so", async () => {
  const scene = await newScene();
  const { txt_record_name: name } = await add(scene, "five.example");
  const alone = await world.another({ dnsServers: ["127.0.0.1:9"] });
  const answer = await scene.api.at(alone.url).post("domains/five.example/verify");
  expectRefusal(answer, 409);
  expect(answer.body.error_description).toBe(`No name server gave an answer for the TXT record ${name}.`);
});

test("only names of domains are asked for", async () => {
  const { api } = await newScene();
  const before = world.dns.asked.length;
  for (const domain of ["localhost", "10.0.0.1", "ACME.com", "%2e%2e", "co.uk"])
    expect((await api.post(`domains/${domain}/verify`)).status).toBe(404);
  expect(world.dns.asked.slice(before)).toEqual([]);
});

test("the primary domain is the one that was verified first", async () => {
  const scene = await newScene();
  const primaries = async () =>
    (await scene.read()).domains.flatMap(({ host, primary }: { host: string; primary: boolean }) =>
      primary ? [host] : [],
    );
  await add(scene, "a.six.example");
  expect(await primaries()).toEqual([]);
  await addVerified(scene, "b.six.example");
  world.server.clock.advance(1000);
  await addVerified(scene, "c.six.example");
  expect(await primaries()).toEqual(["b.six.example"]);
  good(await scene.api.delete("domains/b.six.example"));
  expect(await primaries()).toEqual(["c.six.example"]);
});

test("a verified domain is assigned to an issuer of the account, and to no other", async () => {
  const scene = await newScene();
  const { api } = scene;
  const [first, second, foreign] = [await newIssuer(scene), await newIssuer(scene), await newIssuer(await newScene())];
  await add(scene, "seven.example");
  const assign = (issuer_id: string) => api.post("domains/seven.example/assign", { issuer_id });
  expectRefusal(await assign(first), 409);
  good(await api.delete("domains/seven.example"));
  await addVerified(scene, "seven.example");
  const before = await scene.read();
  for (const none of [foreign, "i_none", before.organization.issuer_id])
    expectRefusal(await assign(none), 400, "issuer_id");
  expect(await scene.read()).toEqual(before);

  const assigned = good(await assign(first)).domains[0];
  expect(assigned).toMatchObject({ assigned_issuer_id: first, assigned_at: expect.any(Number) });
  expect(await eventsBy(api, async () => expect(good(await assign(first)).domains[0]).toEqual(assigned))).toEqual([]);
  expect(good(await assign(second)).domains[0]).toMatchObject({ assigned_issuer_id: second });
  const unassign = async () => good(await api.post("domains/seven.example/unassign")).domains[0];
  const free = await unassign();
  expect(free).toMatchObject({ assigned_issuer_id: null, assigned_at: null, created_at: assigned.created_at });
  const { data: account } = (await api.get(scene.account)).body;
  expect([assigned.updated_at < free.updated_at, free.updated_at]).toEqual([true, account.updated_at]);
  expect(await eventsBy(api, unassign)).toEqual([]);
});

test("an issuer's deletion ends what was assigned to it", async () => {
  const scene = await newScene();
  const issuer_id = await newIssuer(scene);
  await addVerified(scene, "eight.example");
  good(await scene.api.post("domains/eight.example/assign", { issuer_id }));
  expect((await scene.api.delete(`issuers/${issuer_id}`)).status).toBe(204);
  expect((await scene.read()).domains).toMatchObject([{ assigned_issuer_id: null, assigned_at: null, verified: true }]);
  expectRefusal(await scene.api.post("domains/eight.example/assign", { issuer_id }), 400, "issuer_id");
});

test("no domain is assigned behind the deletion of its issuer", async () => {
  const scene = await newScene();
  await addVerified(scene, "nine.example");
  for (let round = 0; round < 10; round++) {
    const issuer_id = await newIssuer(scene);
    const [assigned, deleted] = await Promise.all([
      scene.api.post("domains/nine.example/assign", { issuer_id }),
      scene.api.delete(`issuers/${issuer_id}`),
    ]);
    expect([200, 400]).toContain(assigned.status);
    expect(deleted.status).toBe(204);
    expect((await scene.read()).domains).toMatchObject([{ assigned_issuer_id: null }]);
  }
});

test("each change of a domain tells of the domain, and moves the account's ETag", async () => {
  const scene = await newScene();
  const { api, account } = scene;
  const issuer_id = await newIssuer(scene);
  const etags = new Set([await scene.etag()]);
  const step = async (work: Promise<unknown>) => {
    await work;
    etags.add(await scene.etag());
  };
  const events = await eventsBy(api, async () => {
    await step(addVerified(scene, "ten.example"));
    await step(api.post("domains/ten.example/assign", { issuer_id }));
    await step(api.post("domains/ten.example/unassign"));
    await step(api.delete("domains/ten.example"));
  });
  expect(etags.size).toBe(5);
  const told = ["removed", "unassigned", "assigned", "verified", "added"].map((what) => `account.domain.${what}`);
  expect(events.map(({ type }) => type)).toEqual(told);
  for (const { subject, data } of events) {
    expect(subject).toEqual({ type: "domain", id: "ten.example", account_id: scene.accountId });
    expect(data.resource).toMatchObject({ host: "ten.example" });
  }
  expect(events[1]?.data.previous).toMatchObject({ assigned_issuer_id: issuer_id });
  expect(events[3]?.data.previous).toEqual({ verified: false, primary: false });

  const stale = String(await scene.etag());
  await add(scene, "eleven.example");
  const refused = await api.patch(account, { name: "late" }, { "if-match": stale });
  expect(refused.status).toBe(412);
});
