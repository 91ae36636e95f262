import * as s from "@authpi/schema";
import type { Static, TObject } from "typebox";
import { type Json, plain } from "../json-schema.ts";

/**
 * What the nouns of the examples are called, by the title of the schema: the golden path's issuer acme-prod, its organization Globex
 * Corp, and Ada. The fields that are left out follow from the contracts.
 */
export const handmade: Readonly<Record<string, Readonly<Record<string, Json>>>> = Object.fromEntries(
  [
    ...actions(),
    ...accounts(),
    ...issuers(),
    ...organizations(),
    ...users(),
    ...signedIn(),
    ...agents(),
    ...apiKeys(),
    ...records(),
    ...hooks(),
  ].map(({ title, values }) => [title, values]),
);

interface Sample {
  title: string;
  values: Record<string, Json>;
}

function sample<T extends TObject>(schema: T, values: Partial<Static<T>>): Sample {
  const { title } = plain(schema);
  if (title === undefined) throw new Error("An example is found by its schema's title, and this one has none.");
  return { title, values: JSON.parse(JSON.stringify(values)) };
}

function actions(): Sample[] {
  return [{ title: "StatusBody", values: { status_reason: "As agreed with the customer", status_by: "Grace" } }];
}

function accounts(): Sample[] {
  return [
    sample(s.Account, { owner_user_id: s.exampleId("user"), domains: [], metadata: {} }),
    sample(s.AccountUpdate, { name: "Acme", owner_user_id: s.exampleId("user") }),
  ];
}

function issuers(): Sample[] {
  const about = {
    name: "acme-prod",
    description: "Customers of Acme.",
    available_scopes: ["invoices:read", "invoices:write"],
  };
  const counts = {
    available_scope_count: 2,
    auth_method_count: 2,
    enabled_login_method_count: 2,
    enabled_signup_method_count: 2,
  };
  const openid = { application_type: "web" as const, redirect_uris: ["https://app.example.com/callback"] };
  const client = { name: "Acme web app", type: "internal", confidential: true } as const;
  const made = { ...client, secret_rotated_at: 1781222400000 };
  return [
    sample(s.Issuer, { ...about, settings: s.issuerSettingsDefault }),
    sample(s.IssuerListItem, { ...about, settings: s.issuerSettingsDefault, ...counts }),
    sample(s.IssuerCreate, { ...about, settings: { access: { mode: "invite_only" } } }),
    sample(s.IssuerUpdate, { description: null, settings: { security: { mfa: "required" } } }),
    sample(s.AuthMethodSettings, {}),
    sample(s.AuthMethod, { method: "email-link", name: "Link by email", enabled: true, use: "both", position: 2 }),
    sample(s.AuthMethodCreate, { method: "email-link", name: "Link by email", enabled: true }),
    sample(s.AuthMethodUpdate, { enabled: false }),
    sample(s.Client, made),
    sample(s.ClientCreated, { ...made, secret: secretOf("acs") }),
    sample(s.ClientListItem, {
      ...client,
      grant_types: ["authorization_code", "refresh_token"],
      redirect_uri_count: 1,
    }),
    sample(s.ClientOpenidSettings, {
      ...openid,
      grant_types: ["authorization_code", "refresh_token"],
      require_pkce: true,
    }),
    sample(s.ClientCreate, { ...client, settings: { scopes: ["invoices:read"], openid } }),
    sample(s.ClientUpdate, { settings: { openid: { redirect_uris: ["https://app.example.com/callback"] } } }),
    sample(s.ClientSecret, { secret: secretOf("acs") }),
  ];
}

function organizations(): Sample[] {
  const globex = { name: "Globex Corp", scopes: ["invoices:read", "invoices:write"] };
  const member = { member_id: s.exampleId("user"), scopes: ["invoices:read"] };
  const group = {
    name: "Accountants",
    description: "Who sends invoices.",
    scopes: ["invoices:read", "invoices:write"],
  };
  const invitation = {
    email_invited: "ada@example.com",
    inviter: { id: s.exampleId("user"), name: "Grace" },
    user_title: "Accountant",
  };
  return [
    sample(s.Organization, { ...globex, default_member_scopes: [], invitation_enabled: true }),
    sample(s.OrganizationSso, { default_scopes: [] }),
    sample(s.OrganizationCreate, { ...globex, contact: { email: "billing@globex.example" } }),
    sample(s.OrganizationUpdate, { status: "suspended", status_reason: "Two invoices are overdue" }),
    sample(s.Member, {
      ...member,
      id: s.exampleId("user"),
      effective_scopes: [{ scope: "invoices:read", sources: [{ type: "member", group_id: null }] }],
    }),
    sample(s.MemberCreate, { ...member, user_title: "Accountant" }),
    sample(s.Group, { ...group, n_members: 1 }),
    sample(s.GroupCreate, group),
    sample(s.GroupUpdate, { scopes: ["invoices:read"] }),
    sample(s.GroupMember, { id: s.exampleId("user"), member_id: s.exampleId("user") }),
    sample(s.Invitation, { ...invitation, scopes: ["invoices:read"], groups: [], metadata: {} }),
    sample(s.InvitationCreate, { ...invitation, scopes: ["invoices:read"] }),
    sample(s.InvitationUpdate, { expires_in_seconds: 1_209_600 }),
    sample(s.MemberUpdate, { scopes: ["invoices:read", "invoices:write"] }),
  ];
}

function agents(): Sample[] {
  const agent = {
    name: "Invoice reader",
    description: "Reads what suppliers send.",
    model: "atlas-2",
    provider: "Example AI",
    version: "1.4.0",
    scopes: ["invoices:read"],
  };
  const secret = secretOf("aas");
  const verifier = { type: "secret", name: "production", credential: null, secret_hint: secret.slice(-8) } as const;
  return [
    sample(s.Agent, { ...agent, verifiers: ["secret"] }),
    sample(s.AgentCreate, agent),
    sample(s.AgentUpdate, { version: "1.5.0" }),
    sample(s.AgentVerifier, verifier),
    sample(s.AgentVerifierCreated, { ...verifier, secret }),
    sample(s.AgentVerifierCreate, { type: "secret", name: "production" }),
  ];
}

function users(): Sample[] {
  const names = { first_name: "Ada", last_name: "Lovelace" };
  return [
    sample(s.UserProfile, { ...names, display_name: "Ada Lovelace", email: "ada@example.com" }),
    sample(s.User, { scopes: [] }),
    sample(s.UserListItem, {
      scopes: [],
      username_hash: "b5fc85e55755f9e0d030a10ab4429b6b2944855f9a0d60077fe832becbc41d72",
    }),
    sample(s.UserCreate, { username_type: "email", username: "ada@example.com", profile: names }),
    sample(s.UserUpdate, { profile: { locale: "en-GB", zoneinfo: "Europe/London" } }),
    sample(s.TrustedDevice, { name: "Laptop" }),
    sample(s.TrustedDeviceCreate, { fingerprint: "5f2c1a9e", name: "Laptop" }),
    sample(s.ApprovalUpdate, { status: "approved", reason: "Known from the trade fair." }),
    sample(s.UserVerifier, { type: "totp", name: "Ada's phone", usage_count: 3 }),
    sample(s.UserVerifierCreate, { type: "totp", name: "Ada's phone" }),
    sample(s.UserVerifierCreated, {
      enrollment_id: s.exampleId("verifier"),
      secret: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
      provisioning_uri:
        "otpauth://totp/acme-prod:ada%40example.com?issuer=acme-prod&secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&algorithm=SHA1&digits=6&period=30",
      expires_at: 1781223000000,
    }),
    sample(s.UserVerifierUpdate, { name: "Ada's new phone" }),
    sample(s.EnrollmentResult, { success: true, verifier_id: s.exampleId("verifier") }),
    sample(s.VerificationResult, { success: true }),
    sample(s.UserMembership, {
      org_name: "Globex Corp",
      member_id: s.exampleId("user"),
      id: s.exampleId("user"),
      scopes: ["invoices:read"],
      effective_scopes: [{ scope: "invoices:read", sources: [{ type: "member", group_id: null }] }],
    }),
  ];
}

function signedIn(): Sample[] {
  const restrictions = { scopes: ["invoices:read"], ip_allowlist: [] };
  const token = { name: "My script", tags: ["laptop"], audience: null, metadata: {} };
  const org = { org_id: s.exampleId("organization"), scopes: ["invoices:read"] };
  return [
    sample(s.SessionAuthentication, { method: "password", amr: ["pwd", "otp"], acr: null }),
    sample(s.SessionDevice, { name: "Firefox on Linux", user_agent: "Mozilla/5.0" }),
    sample(s.Session, {
      ...{ type: "rp", location: null, origin: "203.0.113.7", ttl: 604_800, idle_timeout: 43_200, refresh_count: 1 },
      ...{ compromised: false, compromised_at: null, compromised_reason: null },
      ...{ revoked_at: null, revoked_reason: null, metadata: {} },
    }),
    { title: "SessionClient", values: { id: s.exampleId("client"), name: "Acme web app" } },
    sample(s.SessionsRevoked, { revoked_count: 3 }),
    sample(s.PersonalTokenRestrictions, restrictions),
    sample(s.PersonalToken, token),
    sample(s.PersonalTokenListItem, { ...token, ...restrictions }),
    sample(s.PersonalTokenCreated, { ...token, token_plain: jwtOf("ptk_") }),
    sample(s.PersonalTokenCreate, { name: "My script", restrictions, expires_at: 1924992000000 }),
    sample(s.PersonalTokenUpdate, { restrictions: { ip_allowlist: ["203.0.113.0/24"] } }),
    { title: "TokenIntrospect", values: { token: jwtOf("ptk_"), ip: "203.0.113.7" } },
    {
      title: "TokenIntrospection",
      values: {
        ...{ active: true, type: "personal_token", key_id: s.exampleId("token"), user_id: s.exampleId("user") },
        ...{ agent_id: null, client_id: null, issuer_id: s.exampleId("issuer"), accounts: [], organizations: [org] },
      },
    },
  ];
}

function apiKeys(): Sample[] {
  const key = { name: "backend", tags: ["production"], metadata: {} };
  const restrictions = { scopes: ["invoices:read"], ip_allowlist: [] };
  const secret = secretOf("aps");
  return [
    sample(s.ApiKeySecret, { hint: secret.slice(-8) }),
    sample(s.ApiKeyRestrictions, restrictions),
    sample(s.ApiKey, key),
    sample(s.ApiKeyCreated, { ...key, secret_plain: secret }),
    sample(s.ApiKeyListItem, { ...key, ...restrictions, secret_hint: secret.slice(-8) }),
    sample(s.ApiKeyCreate, { type: "api_key", ...key, restrictions }),
    sample(s.ApiKeyUpdate, { restrictions: { ip_allowlist: ["203.0.113.0/24"] }, expires_at: 1924992000000 }),
    { title: "ApiKeyRotate", values: { grace_period_seconds: 3600 } },
  ];
}

function records(): Sample[] {
  const where = { org_id: s.exampleId("organization"), scopes: ["invoices:read"] };
  return [
    sample(s.Me, {
      key_id: s.exampleId("apiKey"),
      issuer_id: s.exampleId("issuer"),
      organizations: [where],
    }),
    sample(s.Event, {
      type: "issuer.created",
      trigger: "issuers.create",
      trace: s.exampleId("request"),
      data: { resource: { id: s.exampleId("issuer"), name: "acme-prod" } },
    }),
    sample(s.EventAggregate, { interval: "day", group_by: "type" }),
    sample(s.EventBucket, { start: 1781222400000, key: "user.created", count: 42, unique: null }),
    sample(s.Note, { subject_type: "org", subject_id: s.exampleId("organization"), references: [] }),
    sample(s.NoteCreate, {
      subject_type: "org",
      subject_id: s.exampleId("organization"),
      issuer_id: s.exampleId("issuer"),
      content: `Renewal is due: ask @[Ada](${s.exampleId("user")}).`,
    }),
    sample(s.NoteUpdate, { pinned: true }),
    sample(s.EventAuth, { key_id: s.exampleId("apiKey"), ip: "203.0.113.7" }),
    sample(s.EventSubject, { type: "issuer", id: s.exampleId("issuer"), issuer_id: s.exampleId("issuer") }),
  ];
}

function hooks(): Sample[] {
  const hook = {
    name: "Acme's CRM",
    url: "https://crm.example.com/webhooks",
    events: ["user.*", "organization.created"],
  };
  const shown = {
    ...hook,
    subjects: [],
    retry: s.webhookRetryDefault,
    circuit_breaker: s.webhookCircuitBreakerDefault,
  };
  const secret = `whs_${"Example".repeat(6)}==`;
  const auth = {
    type: "signature" as const,
    signature_algorithm: "hmac-sha256" as const,
    signature_secret_hint: `...${secret.slice(-6)}`,
  };
  const attempt = { at: 1781222400000, duration_ms: 84, status: 200, error: null, response_body: "" };
  const delivery = {
    event_type: "user.created" as const,
    status: "succeeded" as const,
    attempt_count: 1,
    attempt_budget: 8,
    first_attempted_at: attempt.at,
    last_attempted_at: attempt.at,
    last_response_status: 200,
  };
  return [
    sample(s.Webhook, { ...shown, auth }),
    sample(s.WebhookOnce, { ...shown, auth: { ...auth, signature_secret_plain: secret } }),
    sample(s.WebhookListItem, { ...shown, auth_type: auth.type }),
    sample(s.WebhookCreate, { ...hook, auth: { type: "signature" } }),
    sample(s.WebhookUpdate, { events: ["user.created"], retry: { max_attempts: 12 } }),
    { title: "WebhookRedeliver", values: { after: 1781136000000, before: 1781222400000, status: "failed" } },
    sample(s.WebhookEnqueued, { enqueued: 12 }),
    sample(s.WebhookDelivery, delivery),
    sample(s.WebhookDeliveryDetail, { ...delivery, attempts: [attempt] }),
    sample(s.WebhookDeliveryAttempted, { ...delivery, attempts: [attempt], success: true }),
  ];
}

/** The form of a token, and clearly none. */
function jwtOf(prefix: string): string {
  return `${prefix}${["Header", "Payload", "Signature"].map((part) => `Example${part}`).join(".")}`;
}

/** The form of a secret, and clearly none. */
function secretOf(prefix: string): string {
  return `${prefix}_${"Example".repeat(7)}`;
}
