import { expect, onTestFinished, test } from "vitest";
import { createTxtLookup } from "../../src/dns.ts";
import { startNameServer } from "../harness/dns.ts";

const newLookup = async () => {
  const dns = await startNameServer();
  onTestFinished(() => dns.close());
  return { ...dns, lookUp: createTxtLookup([dns.address]) };
};

test("a record is found as soon as it is published, its parts in one", async () => {
  const { lookUp, publish } = await newLookup();
  expect(await lookUp("acme.example")).toEqual([]);
  publish("acme.example", "one", ["tw", "o"]);
  expect((await lookUp("acme.example"))?.toSorted()).toEqual(["one", "two"]);
  publish("acme.example");
  expect(await lookUp("acme.example")).toEqual([]);
});

test("a server that fails, or that is not there, has given no answer", async () => {
  const { lookUp, publish, fail } = await newLookup();
  publish("acme.example", "one");
  fail();
  expect(await lookUp("acme.example")).toBeUndefined();
  expect(await createTxtLookup(["127.0.0.1:9"])("acme.example")).toBeUndefined();
});
