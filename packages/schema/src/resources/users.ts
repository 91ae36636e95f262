import { type Static, Type } from "typebox";
import { defineResource, op } from "../contract.ts";
import * as f from "../fields.ts";
import { issuers } from "./issuers.ts";
import { Member } from "./member.ts";
import { password } from "./password.ts";

const statuses = ["active", "suspended", "disabled", "blocked", "pending_approval", "deleted"] as const;
const usernameTypes = ["email", "phone", "unique-name"] as const;
const line = (max: number, about?: string) => f.nullable(f.text({ max, ...(about && { description: about }) }));

export const UserAddress = Type.Unsafe<Record<string, string | null>>({
  type: "object",
  additionalProperties: { type: ["string", "null"], maxLength: 500 },
  propertyNames: { maxLength: 40, pattern: "^[^\\x00-\\x1f\\x7f]*$" },
  maxProperties: 20,
  description: "Replaced as a whole by a PATCH (OpenID Connect Core 1.0, 5.1.1).",
});
export const UserProfile = Type.Object(
  {
    first_name: line(200),
    last_name: line(200),
    display_name: line(200),
    picture_url: f.nullable(f.url("A picture's address.")),
    locale: f.nullable(Type.String({ maxLength: 35, pattern: "^[A-Za-z0-9-]*$", examples: ["en-GB"] })),
    zoneinfo: f.nullable(Type.String({ maxLength: 100, pattern: "^[A-Za-z0-9_+/-]*$", examples: ["Europe/Paris"] })),
    email: f.nullable(f.email("The address that mail is sent to.")),
    email_verified: Type.Boolean(),
    phone: f.nullable(f.text({ max: 50 })),
    phone_verified: Type.Boolean(),
    birthdate: f.nullable(
      Type.String({ pattern: "^[0-9]{4}(-[0-9]{2}-[0-9]{2})?$", description: "`YYYY-MM-DD`, or the year." }),
    ),
    address: f.nullable(UserAddress),
  },
  { title: "UserProfile", ...f.merged },
);
export type UserProfile = Static<typeof UserProfile>;
export const UserCompliance = Type.Object(
  {
    terms_accepted_at: f.nullable(f.millisInput("When the terms of service were accepted.")),
    privacy_accepted_at: f.nullable(f.millisInput("When the privacy policy was accepted.")),
    marketing_accepted_at: f.nullable(f.millisInput("When marketing mail was accepted.")),
  },
  { title: "UserCompliance", description: "Merged by a PATCH.", ...f.merged },
);
export type UserCompliance = Static<typeof UserCompliance>;
export const UserSecurity = Type.Object(
  {
    mfa_enrolled: Type.Boolean({ description: "Whether there is an authenticator app or a passkey." }),
    password_set: Type.Boolean(),
    passkeys: Type.Integer({ minimum: 0 }),
    totp_enrolled: Type.Boolean({ description: "Whether there is an authenticator app." }),
    backup_codes_remaining: Type.Integer({ minimum: 0, description: "How many backup codes can still be used." }),
  },
  { title: "UserSecurity", description: "What the user's verifiers are; does not move the `ETag`." },
);
export type UserSecurity = Static<typeof UserSecurity>;
export const UserApproval = Type.Object(
  {
    status: f.oneOf(["pending", "approved", "rejected"]),
    reason: f.nullable(Type.String()),
    decided_at: f.nullable(f.millis("When it was decided.")),
    decided_by: f.nullable(Type.String()),
  },
  { title: "UserApproval" },
);
export type UserApproval = Static<typeof UserApproval>;

const core = {
  id: f.id("user"),
  account_id: f.id("account"),
  issuer_id: f.id("issuer"),
  username_type: f.oneOf(usernameTypes),
  username: Type.String({ description: "Normalised: an email address in lower case.", examples: ["ada@example.com"] }),
  profile: UserProfile,
  scopes: f.scopes("The user's own scopes, apart from those of memberships."),
  security: UserSecurity,
  compliance: UserCompliance,
  preferences: f.jsonObject("The user's preferences."),
  approval: f.nullable(UserApproval),
  custom_fields: f.customFields,
  metadata: f.metadata,
  ...f.statusFields(statuses),
  ...f.timestamps,
};
export const User = Type.Object(core, { title: "User" });
export type User = Static<typeof User>;
export const UserListItem = Type.Object(
  {
    ...core,
    user_id: f.id("user", "The same as `id`"),
    username_hash: Type.String({ description: "Hexadecimal SHA-256 of the normalised username." }),
    store_id: f.oneOf(["default"]),
    region: Type.Unsafe<null>({ type: "null" }),
  },
  { title: "UserListItem" },
);
export type UserListItem = Static<typeof UserListItem>;
export const UserMembership = Type.Object(
  { ...Member.properties, org_name: Type.String({ description: "The organization's name." }) },
  { title: "UserMembership" },
);
export type UserMembership = Static<typeof UserMembership>;

const username = f.text({ max: 254, required: true, examples: ["ada@example.com"] });
const input = {
  profile: f.partialDeep(UserProfile),
  scopes: f.nullable(core.scopes),
  compliance: f.partialDeep(UserCompliance),
  preferences: f.nullable(core.preferences),
  custom_fields: f.nullable(f.customFields),
  metadata: f.nullable(f.metadata),
};
const settable = ["active", "suspended", "disabled", "blocked"] as const;
const status = f.statusInput(settable);
export const UserCreate = f.createBody(
  "UserCreate",
  { username_type: core.username_type, username },
  {
    password,
    ...input,
    ...status,
    status: f.oneOf([...settable, "pending_approval"], {
      description: "`pending_approval`: the user waits for the decision that `approvals` takes.",
    }),
  },
);
export const UserUpdate = f.updateBody("UserUpdate", {
  username_type: core.username_type,
  username,
  ...input,
  profile: f.nullable(input.profile),
  compliance: f.nullable(input.compliance),
  ...status,
});

const lifecycle = { body: f.StatusBody, returns: User };
export const users = defineResource({
  name: "users",
  one: "user",
  segment: "users",
  param: "user_id",
  parent: issuers,
  description: "A person who signs in at the issuer.",
  operations: {
    list: op.list({
      summary: "List users",
      item: UserListItem,
      filters: {
        status: f.optional(f.oneOf(statuses, { description: "Deleted ones are listed only when asked for." })),
        q: f.optional(f.q("the username, the names or the email address")),
        username: f.optional(f.text({ max: 254, required: true, description: "Exact, after normalisation." })),
      },
    }),
    create: op.create({ summary: "Create a user", body: UserCreate, returns: User, emits: ["user.created"] }),
    get: op.get({
      summary: "Get a user",
      returns: User,
      filters: { status: f.optional(f.oneOf(["deleted"], { description: "Finds a deleted user too." })) },
    }),
    update: op.update({
      summary: "Update a user",
      body: UserUpdate,
      returns: User,
      emits: ["user.updated", "user.blocked", "user.unblocked", "user.suspended", "user.reactivated"],
    }),
    delete: op.delete({
      summary: "Delete a user",
      description:
        "For 30 days `restore` brings the user back, with its memberships, and the name stays taken. Until then the user is no member and counts as none, so that its return may exceed an organization's `max_members`. Behind that all that is personal is gone, and the name is free.",
      emits: ["user.deleted"],
    }),
    block: op.action({ suffix: "block", summary: "Block a user", ...lifecycle, emits: ["user.blocked"] }),
    unblock: op.action({ suffix: "unblock", summary: "Unblock a user", ...lifecycle, emits: ["user.unblocked"] }),
    suspend: op.action({ suffix: "suspend", summary: "Suspend a user", ...lifecycle, emits: ["user.suspended"] }),
    reactivate: op.action({
      suffix: "reactivate",
      summary: "Reactivate a user",
      ...lifecycle,
      emits: ["user.reactivated"],
    }),
    restore: op.action({
      suffix: "restore",
      summary: "Bring a deleted user back",
      ...lifecycle,
      emits: ["user.reactivated"],
    }),
    memberships: op.listBelow({
      suffix: "memberships",
      summary: "List the organizations that the user is a member of",
      of: UserMembership,
    }),
  },
});
