import { createHmac, createSecretKey, hkdfSync, type KeyObject, randomBytes } from "node:crypto";
import { crc32 } from "node:zlib";

/** Prefixes that secret scanners can find. */
const prefixes = { apiKey: "aps", client: "acs" } as const;
export type SecretKind = keyof typeof prefixes;

export interface Minted {
  /** Shown once. */
  plain: string;
  mac: Buffer;
  hint: string;
}
export interface Secrets {
  /** A new secret for the credential of this id. */
  mint(kind: SecretKind, id: string): Minted;
  /** HMAC-SHA-256 over the id and the secret under the pepper: the id in it keeps rows from being swapped. */
  macOf(id: string, secret: string): Buffer;
}

export const createSecrets = (masterKey: Buffer): Secrets => {
  const pepper = subkey(masterKey, "pepper v1");
  const macOf = (id: string, secret: string): Buffer =>
    createHmac("sha256", pepper).update(`${id}\0${secret}`).digest();
  return {
    macOf,
    mint(kind, id) {
      const body = base62(randomBytes(32), 43);
      const plain = `${prefixes[kind]}_${body}${checksum(body)}`;
      return { plain, mac: macOf(id, plain), hint: plain.slice(-8) };
    },
  };
};

/** The length of every secret of this server. */
export const secretLength = 3 + 1 + 43 + 6;

/** Whether the text can be a secret at all: its checksum finds a typo before any look-up. */
export const isWellFormedSecret = (secret: string): boolean =>
  secret.length === secretLength && checksum(secret.slice(4, 47)) === secret.slice(47);

/** A key for one purpose, derived from the master key (RFC 5869). */
export const subkey = (masterKey: Buffer, purpose: string): KeyObject =>
  createSecretKey(Buffer.from(hkdfSync("sha256", masterKey, "", `authpi ${purpose}`, 32)));

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

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
  bytes.writeUInt32BE(crc32(body));
  return base62(bytes, 6);
};
