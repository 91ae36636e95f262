import { createHmac, createSecretKey, hash, hkdfSync, type KeyObject, randomBytes, randomFillSync } from "node:crypto";

/** Prefixes that secret scanners can find. */
const prefixes = { apiKey: "aps", client: "acs", agent: "aas", sso: "sso", invitation: "ain", link: "aln" } as const;
export type SecretKind = keyof typeof prefixes;

export interface Minted {
  /** Shown once. */
  plain: string;
  mac: Buffer;
  /** The version of the pepper that the MAC is made with. */
  pepper: number;
  hint: string;
}
export interface Secrets {
  /** A new secret for the credential of this id. */
  mint(kind: SecretKind, id: string): Minted;
  /** HMAC-SHA-256 over the id and the secret under the pepper: the id in it keeps rows from being swapped. */
  macOf(id: string, secret: string): Buffer;
  /** The same in hexadecimal digits, which is the faster way. */
  macHexOf(id: string, secret: string): string;
  /** Bytes of the system's CSPRNG, for secrets of other forms. */
  random(bytes: number): Buffer;
  /** Text that nobody can guess, and that is no secret. */
  nonce(): string;
}

export const createSecrets = (masterKey: Buffer): Secrets => {
  const hmac = hmacSha256(subkey(masterKey, "pepper v1"));
  const macHexOf = (id: string, secret: string): string => hmac(`${id}\0${secret}`);
  const random = pooledRandom();
  const macOf = (id: string, secret: string): Buffer => Buffer.from(macHexOf(id, secret), "hex");
  return {
    macOf,
    macHexOf,
    random,
    nonce: () => base62(randomBytes(32), bodyLength),
    mint(kind, id) {
      const body = base62(randomBytes(32), bodyLength);
      const plain = `${prefixes[kind]}_${body}${checksum(body)}`;
      return { plain, mac: macOf(id, plain), pepper: 1, hint: plain.slice(-8) };
    },
  };
};

/** One call into the system for some hundred short values: each byte is handed out once, and forgotten here. */
const pooledRandom = (): Secrets["random"] => {
  const pool = Buffer.alloc(4096);
  let used = pool.length;
  return (bytes) => {
    if (bytes > 256) return randomBytes(bytes);
    if (used + bytes > pool.length) {
      randomFillSync(pool);
      used = 0;
    }
    const given = Buffer.from(pool.subarray(used, used + bytes));
    pool.fill(0, used, used + bytes);
    used += bytes;
    return given;
  };
};

const bodyStart = 4;
const bodyLength = 43;
const bodyEnd = bodyStart + bodyLength;
const checksumLength = 6;

/** The length of every secret of this server. */
export const secretLength = bodyEnd + checksumLength;

/** Whether the text can be a secret at all: its checksum finds a typo before any look-up. */
export const isWellFormedSecret = (secret: string): boolean => {
  if (secret.length !== secretLength || secret.charCodeAt(bodyStart - 1) !== UNDERSCORE) return false;
  let said = 0;
  for (let at = bodyEnd; at < secretLength; at++) {
    const digit = digits[secret.charCodeAt(at)] ?? NO_DIGIT;
    if (digit === NO_DIGIT) return false;
    said = said * 62 + digit;
  }
  return said === crc32(secret, bodyStart, bodyEnd);
};

/** A key for one purpose, derived from the master key (RFC 5869). */
export const subkey = (masterKey: Buffer, purpose: string): KeyObject =>
  createSecretKey(Buffer.from(hkdfSync("sha256", masterKey, "", `authpi ${purpose}`, 32)));

/**
 * HMAC-SHA-256 (RFC 2104) with the key's two blocks prepared once: half of the cost of `createHmac`, which would sit in front
 * of every request of our users' APIs.
 */
const hmacSha256 = (key: KeyObject): ((text: string) => string) => {
  const secret = key.export();
  const inner = Buffer.alloc(BLOCK + 512);
  const outer = Buffer.alloc(BLOCK + 32);
  for (let at = 0; at < BLOCK; at++) {
    inner[at] = (secret[at] ?? 0) ^ 0x36;
    outer[at] = (secret[at] ?? 0) ^ 0x5c;
  }
  return (text) => {
    // Longer than any credential of ours: what a stranger sent.
    if (text.length * 3 > inner.length - BLOCK) return createHmac("sha256", key).update(text).digest("hex");
    const end = BLOCK + inner.write(text, BLOCK);
    outer.write(hash("sha256", inner.subarray(0, end), "hex"), BLOCK, "hex");
    return hash("sha256", outer, "hex");
  };
};
const BLOCK = 64;

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const UNDERSCORE = 0x5f;
const NO_DIGIT = 62;
const digits = new Uint8Array(128).fill(NO_DIGIT);
for (const [value, digit] of [...alphabet].entries()) digits[digit.charCodeAt(0)] = value;

const base62 = (bytes: Buffer, length: number): string => {
  let value = BigInt(`0x${bytes.toString("hex")}`);
  let text = "";
  while (text.length < length) {
    text = alphabet.charAt(Number(value % 62n)) + text;
    value /= 62n;
  }
  return text;
};

const checksum = (body: string): string => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(body, 0, body.length));
  return base62(bytes, checksumLength);
};

/** CRC-32 over the characters from `start` to `end`, or NaN where one of them is not of the alphabet. */
const crc32 = (text: string, start: number, end: number): number => {
  let crc = 0xffff_ffff;
  for (let at = start; at < end; at++) {
    const char = text.charCodeAt(at);
    if ((digits[char] ?? NO_DIGIT) === NO_DIGIT) return Number.NaN;
    crc = (crc >>> 8) ^ (crcTable[(crc ^ char) & 0xff] ?? 0);
  }
  return ~crc >>> 0;
};
const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb8_8320 : crc >>> 1;
  return crc;
});
