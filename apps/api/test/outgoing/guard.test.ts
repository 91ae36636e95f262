import { expect, test } from "vitest";
import { createGuard } from "../../src/outgoing/guard.ts";

const strict = createGuard({ allow: [], development: false });
const development = createGuard({ allow: [], development: true });

test.each([
  "https://hooks.example.com/a?b=c",
  "https://8.8.8.8/",
  "https://hooks.example.com:8443/",
  "https://[2606:4700::1111]/",
  "https://b\u00fccher.example/",
])("%s may be called", (url) => {
  expect(strict.refusesUrl(url)).toBeUndefined();
});

const never = [
  "https://2130706433/",
  "https://0x7f.1/",
  "https://0177.0.0.1/",
  "https://127.1/",
  "https://127.0.0.1./",
  "https://localhost./",
  "https://%6c%6fcalhost/",
  "https://\uff11\uff12\uff17.0.0.1/",
  "https://[::ffff:127.0.0.1]/",
  "https://[::ffff:7f00:1]/",
  "https://[64:ff9b::7f00:1]/",
  "https://[64:ff9b:1::7f00:1]/",
  "https://[2002:7f00:1::]/",
  "https://[::127.0.0.1]/",
  "https://user@hooks.example.com/",
  "https://user:password@hooks.example.com/",
  "https:///hooks.example.com",
  "https:\\\\hooks.example.com",
  "ftp://hooks.example.com/",
  "hooks.example.com",
];
test.each(never)("%s is refused everywhere, in development too", (url) => {
  expect(strict.refusesUrl(url)).toBeTypeOf("string");
  expect(development.refusesUrl(url)).toBeTypeOf("string");
});

test.each([
  "http://hooks.example.com/",
  "https://localhost/",
  "https://a.localhost/",
  "https://127.0.0.1/",
  "https://[::1]/",
])("%s is for development alone", (url) => {
  expect(strict.refusesUrl(url)).toBeTypeOf("string");
  expect(development.refusesUrl(url)).toBeUndefined();
});

test.each([
  ...["0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "127.255.255.254", "169.254.169.254", "172.31.0.1", "192.0.0.8"],
  ...["192.0.2.1", "192.88.99.1", "192.168.0.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "240.0.0.1"],
  ...["255.255.255.255", "::", "::1", "::ffff:8.8.8.8", "64:ff9b::808:808", "100::1", "2001::1", "2001:db8::1"],
  ...["2002:808:808::1", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1"],
])("the address %s is not public", (address) => {
  expect(strict.refusesAddress("hooks.example.com", address)).toBeTypeOf("string");
});

test.each(["8.8.8.8", "1.1.1.1", "172.32.0.1", "2606:4700::1111", "2a00:1450::1"])(
  "the address %s is public",
  (address) => {
    expect(strict.refusesAddress("hooks.example.com", address)).toBeUndefined();
  },
);

test("what the configuration allows is reached, and nothing beside it", () => {
  const guard = createGuard({ allow: ["10.1.2.0/24", "fd00::1", "Hooks.internal"], development: false });
  expect(guard.refusesUrl("https://10.1.2.3/")).toBeUndefined();
  expect(guard.refusesAddress("a.internal", "10.1.2.255")).toBeUndefined();
  expect(guard.refusesAddress("a.internal", "fd00::1")).toBeUndefined();
  expect(guard.refusesAddress("hooks.internal", "192.168.0.1")).toBeUndefined();
  expect(guard.refusesAddress("a.internal", "10.1.3.1")).toBeTypeOf("string");
  expect(guard.refusesAddress("a.internal", "fd00::2")).toBeTypeOf("string");
  expect(guard.refusesUrl("http://10.1.2.3/")).toBe("must be an https: URL");
});
