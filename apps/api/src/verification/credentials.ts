import { isWellFormedSecret, secretLength } from "../domain/secrets.ts";

export interface Credential {
  id: string;
  secret: string;
}

/**
 * The API key of an `Authorization: Basic` header (RFC 7617), or undefined where there is none that can be good. Every key's id
 * and secret have one length and no colon in them, so that whatever decodes to something else needs no closer look.
 */
export const credentialOf = (header: string): Credential | undefined => {
  const encoded = encodedOf(header);
  if (encoded?.length !== encodedLength) return undefined;
  const text = Buffer.from(encoded, "base64").toString("latin1");
  // Node skips what is not base64, and the rest is then too short.
  if (text.length !== textLength || text.charCodeAt(idLength) !== COLON) return undefined;
  return wellFormed(text.slice(0, idLength), text.slice(idLength + 1));
};

/** The same for an id and a secret that somebody else has parsed. */
export const wellFormed = (id: string, secret: string): Credential | undefined =>
  isApiKeyId(id) && isWellFormedSecret(secret) ? { id, secret } : undefined;

const idLength = 4 + 32;
const textLength = idLength + 1 + secretLength;
const encodedLength = (textLength / 3) * 4;
const COLON = 0x3a;

const isApiKeyId = (id: string): boolean => /^key_[0-9a-f]{32}$/.test(id);

/** The scheme is compared without regard to case, and any number of spaces follows it (RFC 9110, 11.4). */
const encodedOf = (header: string): string | undefined =>
  header.startsWith("Basic ") && header.charCodeAt(6) !== SPACE ? header.slice(6) : /^basic +(\S*)$/i.exec(header)?.[1];
const SPACE = 0x20;
