import { decodeJwt, type JWK } from "jose";
import type { LiveIssuer } from "../live-issuer.ts";
import type { Runtime } from "../runtime.ts";
import { fittingKeys, judgeClaims, type Spent, signerOf } from "./assertion.ts";
import type { AuthMethod, Presented } from "./credentials.ts";
import { invalidClient } from "./oauth-error.ts";
import type { RemoteKeys } from "./remote-keys.ts";
import { agentVerifiers, clientKeys } from "./statement.ts";

/** What the machines' endpoints work with. */
export interface MachineRuntime extends Pick<Runtime, "database" | "deps" | "rootIssuerId" | "epoch" | "log"> {
  remoteKeys: RemoteKeys;
}

export type MachineKind = "client" | "agent";

/** What the database is given to judge: the first eight parameters of the statements. */
export interface Proof {
  kind: MachineKind;
  id: string;
  method: AuthMethod;
  parameters: readonly unknown[];
}

const kinds: readonly { kind: MachineKind; form: RegExp }[] = [
  { kind: "client", form: /^c_[0-9a-z]{25}$/ },
  { kind: "agent", form: /^agt_[0-9a-f]{32}$/ },
];

/**
 * Does what of the check no statement can: MACs of secrets, signatures of assertions. An id that nobody has costs the same.
 *
 * @throws {OAuthError}
 */
export const proofOf = async (machines: MachineRuntime, issuer: LiveIssuer, presented: Presented): Promise<Proof> => {
  const { id, method, secret, assertion } = presented;
  const kind = kinds.find(({ form }) => form.test(id))?.kind;
  if (!kind) throw invalidClient("There is no such client.");
  const now = machines.deps.clock.now();
  const proved = (first: unknown, second: unknown, spent?: Spent): Proof => ({
    ...{ kind, id, method },
    parameters: [issuer.id, id, method, first, second, now, spent?.jtiHash ?? null, spent?.expiresAt ?? null],
  });
  if (assertion !== undefined) {
    const expected = { id, now, audience: [issuer.url, `${issuer.url}/token`] };
    const spent = judgeClaims(decodeJwt(assertion), expected);
    if (typeof spent === "string") throw invalidClient(`The assertion's ${spent}.`);
    const signed = kind === "client" ? await signedByClient(machines, issuer, id, assertion) : undefined;
    if (signed) return proved(null, signed, spent);
    const key = await signedByAgent(machines, issuer, id, assertion);
    return proved([key], [null], spent);
  }
  if (secret === undefined) return kind === "client" ? proved(null, null) : proved([], []);
  const { secrets } = machines.deps;
  if (kind === "client") return proved(secrets.macOf(id, secret), null);
  const found = await verifiersOf(machines, issuer, id, secret.slice(-8));
  const ids = found.length === 0 ? [id] : found.map((verifier) => verifier.id);
  return proved(
    ids,
    ids.map((verifierId) => secrets.macOf(verifierId, secret)),
  );
};

interface Verifier {
  id: string;
  credential: JWK;
}

const verifiersOf = async ({ database }: MachineRuntime, issuer: LiveIssuer, agentId: string, hint: string | null) => {
  // PostgreSQL's text takes no NUL, and no secret has one.
  const ending = hint?.replaceAll("\0", "") ?? null;
  return database.verify<Verifier>(agentVerifiers, [issuer.id, agentId, ending]);
};

/** The verifier whose key has signed it. */
const signedByAgent = async (
  machines: MachineRuntime,
  issuer: LiveIssuer,
  id: string,
  assertion: string,
): Promise<string> => {
  const keys = (await verifiersOf(machines, issuer, id, null)).map((one) => ({ ...one.credential, verifier: one.id }));
  const signer = await signerOf(assertion, fittingKeys(assertion, keys));
  if (!signer) throw invalidClient("The assertion is signed by no key of the agent.");
  return signer.verifier;
};

/** Where the keys are that were tried: the statement sees whether the client still has them there. */
const signedByClient = async (
  { database, remoteKeys }: MachineRuntime,
  issuer: LiveIssuer,
  id: string,
  assertion: string,
): Promise<string> => {
  const [place] = await database.verify<{ jwks: { keys: JWK[] } | null; jwks_uri: string | null }>(clientKeys, [
    issuer.id,
    id,
  ]);
  if (!place) throw invalidClient("There is no such client.");
  const said = JSON.stringify(place);
  const isSigned = async (keys: readonly JWK[]) =>
    (await signerOf(assertion, fittingKeys(assertion, keys))) !== undefined;
  if (await isSigned(place.jwks?.keys ?? [])) return said;
  const uri = place.jwks_uri;
  if (uri !== null) {
    const keysAt = (afresh: boolean) =>
      remoteKeys.get(uri, afresh).catch((error: Error) => {
        throw invalidClient(error);
      });
    if (await isSigned((await keysAt(false)).keys)) return said;
    // A key that is not among the known ones may have come since.
    if (await isSigned((await keysAt(true)).keys)) return said;
  }
  throw invalidClient("The assertion is signed by no key of the client.");
};
