import { AuthPIError } from "./errors.ts";
import type { Event, EventType } from "./generated/types.ts";

/** What AuthPI posts to a webhook: a CloudEvent (1.0), its `data` the event's record. */
export interface WebhookEvent {
  specversion: "1.0";
  /** The event's id. `source` and `id` together name an event: one that comes twice is the same. */
  id: string;
  source: string;
  type: EventType;
  /** The id of what the event tells of. */
  subject: string;
  /** RFC 3339. */
  time: string;
  datacontenttype: "application/json";
  data: Event;
}

export interface VerifyWebhookOptions {
  /** How old, or how far ahead of this machine's clock, a request may be; 300. */
  toleranceSeconds?: number;
  /** The time in Unix milliseconds; `Date.now` where nothing is said. */
  now?: () => number;
}

/** A request that does not come from AuthPI, or not in time. `check` says which check it failed. */
export class WebhookVerificationError extends AuthPIError {
  override readonly name: string = "WebhookVerificationError";
  readonly check: "secret" | "headers" | "timestamp" | "signature" | "body";

  constructor(check: WebhookVerificationError["check"], message: string) {
    super(message);
    this.check = check;
  }
}

type HeaderValues = Readonly<Record<string, string | readonly string[] | undefined>>;
/** A request's headers: those of fetch, of Node, or any object with names in lower case. */
export type WebhookHeaders = { get(name: string): string | null } | HeaderValues;

/**
 * Checks that a request comes from AuthPI and is not an old one sent again, and gives its event. The body must be the bytes as they
 * came, not JSON that was read and written anew. Several secrets are for the 24 hours after a rotation.
 *
 * @throws {WebhookVerificationError} naming the check that failed.
 *
 * @example
 * const respond = async (request: Request, secret: string) => {
 *   const event = await verifyWebhook(await request.text(), request.headers, secret);
 *   if (event.type === "user.created") console.log(event.data.subject.user_id);
 *   return new Response(null, { status: 204 });
 * };
 */
export const verifyWebhook = async (
  rawBody: string | Uint8Array,
  headers: WebhookHeaders,
  secret: string | readonly string[],
  { toleranceSeconds = 300, now = Date.now }: VerifyWebhookOptions = {},
): Promise<WebhookEvent> => {
  const keys = [secret].flat().map(keyBytesOf);
  if (keys.length === 0) throw new WebhookVerificationError("secret", "No secret was given.");
  const signed = standardOf(headers) ?? oursOf(headers);
  const ageSeconds = now() / 1000 - signed.timestamp;
  if (!(Math.abs(ageSeconds) <= toleranceSeconds)) {
    throw new WebhookVerificationError("timestamp", `The request is ${describeAge(ageSeconds)}.`);
  }
  const body = typeof rawBody === "string" ? encode(rawBody) : rawBody;
  const text = joined(encode(signed.prefix), body);
  // Every pair is looked at: time tells nothing of which one it was.
  const checks = keys.map(async (bytes) => {
    const key = await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
    return Promise.all(signed.signatures.map((signature) => crypto.subtle.verify("HMAC", key, signature, text)));
  });
  if (!(await Promise.all(checks)).flat().includes(true)) {
    throw new WebhookVerificationError(
      "signature",
      "No signature of the request fits: another secret, or another body.",
    );
  }
  return eventIn(body);
};

type Bytes = Uint8Array<ArrayBuffer>;
interface Signed {
  timestamp: number;
  /** What is signed before the body. */
  prefix: string;
  signatures: Bytes[];
}
const signaturesMax = 16;

/** The headers of the Standard Webhooks specification. */
const standardOf = (headers: WebhookHeaders): Signed | undefined => {
  const signature = headerOf(headers, "webhook-signature");
  if (signature === undefined) return undefined;
  const id = headerOf(headers, "webhook-id");
  const t = headerOf(headers, "webhook-timestamp");
  const signatures = signature.split(" ").flatMap((one) => {
    const [version, value] = one.split(",");
    return version === "v1" && value ? fromBase64(value) : [];
  });
  if (!id || !t) throw new WebhookVerificationError("headers", "webhook-id or webhook-timestamp is missing.");
  return signedOf("webhook-signature", t, `${id}.${t}.`, signatures);
};

/** `X-Webhook-Signature: t=…,v1=…`. */
const oursOf = (headers: WebhookHeaders): Signed => {
  const header = headerOf(headers, "x-webhook-signature");
  if (header === undefined) {
    throw new WebhookVerificationError("headers", "Neither webhook-signature nor X-Webhook-Signature is there.");
  }
  const parts = header.split(",").map((part) => part.trim().split("="));
  const t = parts.find(([name]) => name === "t")?.[1] ?? "";
  const signatures = parts.flatMap(([name, value = ""]) => (name === "v1" ? fromHex(value) : []));
  return signedOf("X-Webhook-Signature", t, `${t}.`, signatures);
};

const signedOf = (header: string, t: string, prefix: string, signatures: Bytes[]): Signed => {
  if (!/^\d{1,12}$/.test(t)) throw new WebhookVerificationError("headers", `The time of ${header} is not one.`);
  if (signatures.length === 0 || signatures.length > signaturesMax) {
    throw new WebhookVerificationError("headers", `${header} holds no signature that can be read.`);
  }
  return { timestamp: Number(t), prefix, signatures };
};

const headerOf = (headers: WebhookHeaders, name: string): string | undefined => {
  if (typeof headers.get === "function") return headers.get(name) ?? undefined;
  // Only what is asked with `get` is no plain object.
  const plain = headers as HeaderValues;
  const key = name in plain ? name : Object.keys(plain).find((one) => one.toLowerCase() === name);
  const value = key === undefined ? undefined : plain[key];
  return typeof value === "string" || value === undefined ? value : value[0];
};

const keyBytesOf = (secret: string): Bytes => {
  const [bytes] = secret.startsWith("whs_") ? fromBase64(secret.slice("whs_".length)) : [];
  if (bytes?.length !== 32) {
    throw new WebhookVerificationError("secret", "A webhook's secret is whs_ and the base64 of 32 bytes.");
  }
  return bytes;
};

const eventIn = (body: Uint8Array): WebhookEvent => {
  try {
    // Who holds the secret wrote it: it is what the server's contract says.
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body)) as WebhookEvent;
  } catch {
    throw new WebhookVerificationError("body", "The body is signed, and is not JSON.");
  }
};

const describeAge = (seconds: number): string =>
  seconds >= 0 ? `${Math.round(seconds)} s old` : `${Math.round(-seconds)} s ahead of this machine's clock`;

const encode = (text: string): Bytes => new TextEncoder().encode(text);
const joined = (head: Uint8Array, tail: Uint8Array): Bytes => {
  const bytes = new Uint8Array(head.length + tail.length);
  bytes.set(head);
  bytes.set(tail, head.length);
  return bytes;
};
const fromHex = (text: string): Bytes[] =>
  /^[0-9a-f]{64}$/i.test(text) ? [Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))] : [];
const fromBase64 = (text: string): Bytes[] =>
  /^[A-Za-z0-9+/]{43}=$/.test(text) ? [Uint8Array.from(atob(text), (char) => char.charCodeAt(0))] : [];
