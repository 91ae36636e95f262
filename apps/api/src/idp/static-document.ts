import { hash } from "node:crypto";

/** A document that stays the same for a version of its issuer: its bytes, and their validator. */
export interface StaticDocument {
  body: Buffer;
  etag: string;
  cacheControl: string;
}

export const staticDocument = (value: unknown, maxAgeSeconds: number): StaticDocument => {
  const body = Buffer.from(JSON.stringify(value));
  return {
    body,
    etag: `"${hash("sha256", body, "base64url").slice(0, 22)}"`,
    cacheControl: `public, max-age=${maxAgeSeconds}`,
  };
};

/** Whether the caller's copy is this one (RFC 9110, 13.1.2: the comparison is weak). */
export const isCurrent = ({ etag }: StaticDocument, ifNoneMatch: string | undefined): boolean =>
  ifNoneMatch?.split(",").some((one) => ["*", etag, `W/${etag}`].includes(one.trim())) ?? false;
