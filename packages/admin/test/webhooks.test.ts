import { createHmac, randomBytes } from "node:crypto";
import { Webhook as StandardWebhook } from "standardwebhooks";
import { expect, test } from "vitest";
import { verifyWebhook, type WebhookVerificationError } from "../src/webhooks.ts";

const secret = `whs_${randomBytes(32).toString("base64")}`;
const other = `whs_${randomBytes(32).toString("base64")}`;
const keyOf = (one: string) => Buffer.from(one.slice(4), "base64");
const t = 1781222400;
const now = () => t * 1000;
const event = { specversion: "1.0", id: "evt_1", type: "user.created", data: { note: "\u{1F98A} \u00e9" } };
const body = JSON.stringify(event);

const ours = (signers = [secret], time: number | string = t, text = body) => ({
  "x-webhook-signature": [
    `t=${time}`,
    ...signers.map((one) => `v1=${createHmac("sha256", keyOf(one)).update(`${time}.${text}`).digest("hex")}`),
  ].join(","),
});
const standard = (signers = [secret], time = t, text = body) => ({
  "webhook-id": "evt_1",
  "webhook-timestamp": String(time),
  "webhook-signature": signers
    .map((one) => new StandardWebhook(one.slice(4)).sign("evt_1", new Date(time * 1000), text))
    .join(" "),
});
const failure = (work: Promise<unknown>): Promise<WebhookVerificationError["check"] | undefined> =>
  work.then(
    () => undefined,
    (error) => error.check,
  );

test.each([
  ["of ours", ours],
  ["of Standard Webhooks", standard],
])("a request with the headers %s is verified, its body as text or bytes", async (_, headersOf) => {
  const headers = headersOf();
  for (const raw of [body, new TextEncoder().encode(body)]) {
    expect(await verifyWebhook(raw, headers, secret, { now })).toEqual(event);
    expect(await verifyWebhook(raw, new Headers(headers), [other, secret], { now })).toEqual(event);
  }
  const shouted = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), [value]]));
  expect(await verifyWebhook(body, shouted, secret, { now })).toEqual(event);
});

test.each([
  ["of ours", ours],
  ["of Standard Webhooks", standard],
])("with the headers %s, each check fails by its name", async (_, headersOf) => {
  const verify = (headers: object, more: { raw?: string; secrets?: string[]; options?: object } = {}) =>
    failure(
      verifyWebhook(more.raw ?? body, { ...headers } as Record<string, string>, more.secrets ?? [secret], {
        now,
        ...more.options,
      }),
    );
  expect(await verify(headersOf([other, secret]))).toBeUndefined();
  expect(await verify(headersOf([other]))).toBe("signature");
  expect(await verify(headersOf(), { raw: `${body} ` })).toBe("signature");
  expect(await verify(headersOf(), { secrets: [other] })).toBe("signature");
  expect(await verify(headersOf(), { secrets: [] })).toBe("secret");
  expect(await verify(headersOf(), { secrets: ["whs_short"] })).toBe("secret");
  expect(await verify(headersOf([secret], t - 301))).toBe("timestamp");
  expect(await verify(headersOf([secret], t + 301))).toBe("timestamp");
  expect(await verify(headersOf([secret], t - 300))).toBeUndefined();
  expect(await verify(headersOf([secret], t - 301), { options: { toleranceSeconds: 400 } })).toBeUndefined();
  expect(await verify(headersOf([secret], t, "{"), { raw: "{" })).toBe("body");
  expect(await verify({})).toBe("headers");
});

test.each([
  { "x-webhook-signature": "" },
  { "x-webhook-signature": "v1=00" },
  { "x-webhook-signature": `t=${t}` },
  { "x-webhook-signature": `t=now,v1=${"0".repeat(64)}` },
  { "x-webhook-signature": `t=${t},v0=${"0".repeat(64)}` },
  { "x-webhook-signature": `t=${t}${`,v1=${"0".repeat(64)}`.repeat(17)}` },
  { "webhook-signature": standard()["webhook-signature"] },
  { ...standard(), "webhook-signature": "v2,AAAA" },
  { ...standard(), "webhook-timestamp": "" },
])("headers that cannot be read are refused: %j", async (headers) => {
  expect(await failure(verifyWebhook(body, headers, secret, { now }))).toBe("headers");
});
