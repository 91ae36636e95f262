/** The kinds of ids that the server makes: their prefixes, and the alphabet behind it. */
export const idPrefixes = {
  account: "acc",
  issuer: "i",
  client: "c",
  user: "usr",
  organization: "org",
  invitation: "inv",
  event: "evt",
  webhook: "wh",
  session: "s",
  token: "tok",
  group: "grp",
  verifier: "vrf",
  note: "note",
  delivery: "dlv",
  device: "dev",
  authMethod: "am",
  request: "req",
  mail: "mail",
  apiKey: "key",
  agent: "agt",
  code: "otc",
} as const;

export type IdKind = keyof typeof idPrefixes;

/** Kinds whose ids are 32 hexadecimal characters; the others' are 25 characters of base 36. */
export const hexadecimalKinds: readonly IdKind[] = ["apiKey", "agent"];

/** An id of the kind, for examples in the documentation. */
export const exampleId = (kind: IdKind): string =>
  `${idPrefixes[kind]}_${hexadecimalKinds.includes(kind) ? "019a5c1e7b3f7c1a9d2e4f60718293a4" : "01kb2m4q7x9w3e5r8t1y6u0p2"}`;
