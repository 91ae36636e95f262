import { calculateJwkThumbprint, exportJWK, importJWK, type JWK } from "jose";

/** A public key as it is kept, and its thumbprint (RFC 7638). */
export interface PublicJwk {
  jwk: Record<string, unknown>;
  thumbprint: string;
}

/** The public key in its one form, or what is wrong with it. A key can be good for ES256, EdDSA or RS256. */
export const readPublicJwk = async (given: Readonly<Record<string, unknown>>): Promise<PublicJwk | string> => {
  const secret = Object.keys(given).filter((member) => privateMembers.has(member));
  if (secret.length > 0) return `must be a public key, without ${secret.join(", ")}`;
  const unknown = Object.keys(given).filter((member) => !members.has(member));
  if (unknown.length > 0) return `has ${unknown.join(", ")}, which no such public key has`;
  const alg = algorithmOf(given);
  if (!alg) return "must be an EC key on P-256, an OKP key on Ed25519 or an RSA key";
  const fault = usageFault(given, alg);
  if (fault) return fault;
  const parameters = await canonical(given, alg);
  if (!parameters) return `is not a public key for ${alg}`;
  const sizeFault = alg === "RS256" && rsaFault(parameters);
  if (sizeFault) return sizeFault;
  const { kid, use, key_ops } = given;
  const said = Object.entries({ kid, use, alg: given.alg, key_ops }).filter(([, value]) => value !== undefined);
  return { jwk: { ...parameters, ...Object.fromEntries(said) }, thumbprint: await calculateJwkThumbprint(parameters) };
};

type Algorithm = "ES256" | "EdDSA" | "RS256";
const privateMembers: ReadonlySet<string> = new Set(["d", "p", "q", "dp", "dq", "qi", "oth", "k"]);
const members: ReadonlySet<string> = new Set(["kty", "crv", "x", "y", "n", "e", "kid", "use", "alg", "key_ops"]);

const algorithmOf = ({ kty, crv }: Readonly<Record<string, unknown>>): Algorithm | undefined => {
  if (kty === "EC" && crv === "P-256") return "ES256";
  if (kty === "OKP" && crv === "Ed25519") return "EdDSA";
  return kty === "RSA" ? "RS256" : undefined;
};

/** What the key says of its own use (RFC 7517, 4.2 to 4.5) must be that it verifies by this algorithm. */
const usageFault = (given: Readonly<Record<string, unknown>>, alg: Algorithm): string | undefined => {
  const { kid, use, key_ops } = given;
  // RFC 9864 gives EdDSA on this curve a name of its own.
  const names: readonly unknown[] = alg === "EdDSA" ? [undefined, alg, "Ed25519"] : [undefined, alg];
  if (!names.includes(given.alg)) return `has another alg than ${alg}`;
  if (use !== undefined && use !== "sig") return "has another use than sig";
  if (key_ops !== undefined && JSON.stringify(key_ops) !== '["verify"]') return "has other key_ops than verify";
  const isNamed = kid === undefined || (typeof kid === "string" && kid !== "" && kid.length <= 200);
  return isNamed ? undefined : "has a kid that is no text of 1 to 200 characters";
};

/** Above that of any key that is taken. A public exponent of a megabyte would hold the main thread for a third of a second. */
const lengthMax = 4096;

/** The parameters as an import and an export leave them; undefined where they are no key. */
const canonical = async (given: Readonly<Record<string, unknown>>, alg: Algorithm): Promise<JWK | undefined> => {
  const { kty, crv, x, y, n, e } = given;
  const parameters = Object.entries({ kty, crv, x, y, n, e }).filter(([, value]) => value !== undefined);
  const isBounded = (value: unknown) =>
    typeof value === "string" && value.length <= lengthMax && /^[\w-]+$/.test(value);
  if (!parameters.every(([, value]) => isBounded(value))) return undefined;
  try {
    // Every value is text, which is all that the type asks of these members; the import judges the rest.
    return await exportJWK(await importJWK(Object.fromEntries(parameters) as JWK, alg));
  } catch {
    return undefined;
  }
};

const rsaFault = ({ n = "", e = "" }: JWK): string | undefined => {
  const [modulus, exponent] = [n, e].map((text) => Buffer.from(text, "base64url"));
  const bits = (modulus?.length ?? 0) * 8 - Math.clz32(modulus?.[0] ?? 0) + 24;
  if (bits < 2048 || bits > 8192) return "must have 2,048 to 8,192 bits";
  // An exponent of 1 would make anything a signature of itself.
  const isOdd = ((exponent?.at(-1) ?? 0) & 1) === 1;
  const isSane = isOdd && (exponent?.length ?? 0) <= 4 && !exponent?.equals(Buffer.from([1]));
  return isSane ? undefined : "has a public exponent that is not sound";
};
