import { personalPrefix, personalTyp } from "./bearer.ts";

export type Algorithm = "ES256" | "EdDSA" | "RS256";

/** What a token says of itself, in the one form that this server writes; nothing of it is believed before its signature is. */
export interface Claims {
  /** Without the prefix of a personal token. */
  jwt: string;
  kind: "personal" | "access";
  alg: Algorithm;
  kid: string;
  issuerId: string;
  /** One of the four is the subject; beside a user or an agent the client that the token was issued to. */
  tokenId: string | undefined;
  userId: string | undefined;
  agentId: string | undefined;
  clientId: string | undefined;
  jti: string;
  /** The session at the client. */
  sid: string | undefined;
  orgId: string | undefined;
  audience: readonly string[];
  scopes: readonly string[];
  /** Seconds. */
  expiresAt: number;
  notBefore: number;
  issuedAt: number;
}

/** Longer than any header that the server takes. */
const lengthMax = 16 * 1024;

/** Undefined where the text cannot be a token of an issuer at this address: every member is held to its form. */
export const claimsOf = (token: string, idpUrl: string): Claims | undefined => {
  const personal = token.startsWith(personalPrefix);
  const jwt = personal ? token.slice(personalPrefix.length) : token;
  const [headerText = "", payloadText = "", signature = "", ...rest] = jwt.split(".");
  if (token.length > lengthMax || signature === "" || rest.length > 0) return undefined;
  const header = objectOf(headerText);
  const payload = objectOf(payloadText);
  if (!header || !payload || !isOfType(header.typ, personal ? personalTyp : "at+jwt")) return undefined;

  const { alg, kid } = header;
  const issuerId = issuerOf(payload.iss, idpUrl);
  const { sub, jti, exp, iat, nbf = iat } = payload;
  if (!isAlgorithm(alg) || !isName(kid) || !issuerId || !isName(jti)) return undefined;
  if (!isTime(exp) || !isTime(iat) || !isTime(nbf)) return undefined;
  const subject = subjectOf(payload, sub, personal);
  const sid = optionalId(payload.sid, "s_");
  const orgId = optionalId(payload.org_id, "org_");
  const audience = textsOf(payload.aud);
  const scope = payload.scope ?? "";
  if (!subject || sid === false || orgId === false || !audience || typeof scope !== "string") return undefined;
  if (!personal && audience.length === 0) return undefined;
  return {
    ...{ jwt, kind: personal ? "personal" : "access", alg, kid, issuerId, ...subject, jti, sid, orgId, audience },
    ...{ scopes: scope.split(" ").filter(Boolean), expiresAt: exp, notBefore: nbf, issuedAt: iat },
  };
};

type Json = Record<string, unknown>;
type Subject = Pick<Claims, "tokenId" | "userId" | "agentId" | "clientId">;

const objectOf = (text: string): Json | undefined => {
  if (!/^[\w-]+$/.test(text)) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(text, "base64url").toString());
    // What is neither null nor a list has members that can be asked for.
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
  } catch {
    return undefined;
  }
};

/** Without regard to case, and with or without `application/` (RFC 7515, 4.1.9). */
const isOfType = (typ: unknown, expected: string): boolean =>
  typeof typ === "string" && typ.toLowerCase().replace(/^application\//, "") === expected;

const isAlgorithm = (alg: unknown): alg is Algorithm => alg === "ES256" || alg === "EdDSA" || alg === "RS256";

/** A `kid` or a `jti` is looked up as it stands, and names nothing else. */
const isName = (value: unknown): value is string => typeof value === "string" && /^[\w-]{1,100}$/.test(value);

const isTime = (value: unknown): value is number => typeof value === "number" && value >= 0 && value <= 1e11;

const issuerOf = (iss: unknown, idpUrl: string): string | undefined => {
  if (typeof iss !== "string" || !iss.startsWith(`${idpUrl}/`)) return undefined;
  const id = iss.slice(idpUrl.length + 1);
  return isId(id, "i_") ? id : undefined;
};

/** The subject's kind stands twice, in its prefix and in `dat`; a token that contradicts itself is none. */
const subjectOf = ({ dat, client_id, jti }: Json, sub: unknown, personal: boolean): Subject | undefined => {
  const none = { tokenId: undefined, userId: undefined, agentId: undefined, clientId: undefined };
  const { type } = Object(dat) as Json;
  if (personal) {
    return type === "token" && isId(sub, "tok_") && jti === sub ? { ...none, tokenId: sub } : undefined;
  }
  if (type === "client") return isId(sub, "c_") && client_id === sub ? { ...none, clientId: sub } : undefined;
  if (type === "agent") {
    return isId(sub, "agt_") && (client_id === undefined || client_id === sub) ? { ...none, agentId: sub } : undefined;
  }
  if (type !== "identity" || !isId(sub, "usr_") || !isId(client_id, "c_")) return undefined;
  return { ...none, userId: sub, clientId: client_id };
};

const isId = (value: unknown, prefix: string): value is string =>
  typeof value === "string" && value.startsWith(prefix) && /^[0-9a-z]{25,32}$/.test(value.slice(prefix.length));

const optionalId = (value: unknown, prefix: string): string | undefined | false => {
  if (value === undefined) return undefined;
  return isId(value, prefix) ? value : false;
};

const textsOf = (value: unknown = []): string[] | undefined => {
  const values = [value].flat();
  return values.every((one) => typeof one === "string") ? values : undefined;
};
