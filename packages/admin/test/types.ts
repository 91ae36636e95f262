import {
  type AuthPIAdmin,
  type AuthPIAdminOptions,
  etagOf,
  type Issuer,
  type IssuerCreate,
  type Page,
} from "../src/index.ts";

// Nothing here runs: the compiler checks that wrong programs don't compile, and right ones do.

const apiKey = { id: "key_1", secret: "aps_1" };

/** Options. */
export const options: AuthPIAdminOptions[] = [
  { apiKey },
  { apiKey: { id: process.env.AUTHPI_KEY_ID, secret: process.env.AUTHPI_KEY_SECRET } },
  { accessToken: "t", onTokenExpired: async () => ({ accessToken: "u" }) },
  { apiKey, retries: false, timeoutMs: undefined },
  // @ts-expect-error an API key and a token
  { apiKey, accessToken: "t" },
  // @ts-expect-error a refresh without a token
  { apiKey, onTokenExpired: async () => ({ accessToken: "u" }) },
  // @ts-expect-error no credential
  { accountId: "acc_1" },
  // @ts-expect-error an unknown option
  { apiKey, timeout: 30 },
];

/** Bodies and answers. */
export const calls = async (admin: AuthPIAdmin): Promise<void> => {
  const issuer: Issuer = await admin.issuers.create({ name: "acme", description: undefined });
  const page: Page<{ id: string }> = await admin.issuers.list({ status: "active" });
  const at: number = issuer.created_at;
  const scopes = ["invoices:read"] as const;
  await admin.issuer(issuer.id).organization("org_1").apiKeys.create({ name: "a", restrictions: { scopes } });
  await admin.apiKeys.rotate("key_1", undefined, { signal: AbortSignal.timeout(at) });
  await admin.issuers.update(issuer.id, { settings: { access: { mode: "open" } } }, { ifMatch: etagOf(issuer) });

  // @ts-expect-error a create without its name
  const nameless: IssuerCreate = {};
  // @ts-expect-error a field of no noun
  await admin.issuers.create({ name: "acme", nmae: "acme" });
  // @ts-expect-error a value that is not of the set
  await admin.issuers.list({ status: "actve" });
  // @ts-expect-error an update of nothing
  await admin.issuers.update(issuer.id);
  // @ts-expect-error an id that is left out
  admin.issuer();
  // @ts-expect-error an action that takes no body
  await admin.issuer(issuer.id).clients.rotateSecret("c_1", {}, {});
  // @ts-expect-error a property that is not in the answer
  const secret = issuer.secret;
  // @ts-expect-error a result that may be absent under a name that promises it
  const plain: string = (await admin.issuer(issuer.id).clients.create({ ...client })).secret;
  console.log(page.has_more, nameless, secret, plain);
};

const client = { name: "web", type: "internal", confidential: false, settings: {} } as const;
