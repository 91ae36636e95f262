import { UserCompliance, type UserCreate, UserProfile, type UserUpdate } from "@authpi/schema";
import type { Static } from "typebox";
import { defined } from "../../domain/defined.ts";
import { merge, patched } from "../../domain/merge.ts";
import { normalizeUsername } from "../../domain/usernames.ts";
import { invalidField } from "../../http/problem.ts";
import type { UserRow } from "./store.ts";

/** The columns of a new user, but for its ids and times. */
export const initialColumns = (body: Static<typeof UserCreate>) => {
  const username = requireUsername(body.username_type, body.username);
  const known = {
    ...(body.username_type === "email" && { email: username }),
    ...(body.username_type === "phone" && { phone: username }),
  };
  return {
    username_type: body.username_type,
    username,
    profile: merge(UserProfile, { ...noProfile, ...known }, body.profile ?? {}, noProfile),
    scopes: body.scopes ?? [],
    compliance: merge(UserCompliance, noCompliance, body.compliance ?? {}, noCompliance),
    preferences: body.preferences ?? {},
    custom_fields: body.custom_fields ?? {},
    metadata: body.metadata ?? {},
  };
};

/** What a PATCH makes of the named fields. */
export const changedValues = (row: UserRow, body: Static<typeof UserUpdate>) => {
  const type = body.username_type ?? row.username_type;
  const renamed = body.username !== undefined || type !== row.username_type;
  return defined({
    username_type: body.username_type,
    username: renamed ? requireUsername(type, body.username ?? row.username) : undefined,
    profile: patched(UserProfile, row.profile, body.profile, noProfile),
    scopes: body.scopes === null ? [] : body.scopes,
    compliance: patched(UserCompliance, row.compliance, body.compliance, noCompliance),
    preferences: body.preferences === null ? {} : body.preferences,
    custom_fields: body.custom_fields === null ? {} : body.custom_fields,
    metadata: body.metadata === null ? {} : body.metadata,
  });
};

const requireUsername = (type: UserRow["username_type"], text: string): string => {
  const username = normalizeUsername(type, text);
  if (username === undefined) throw invalidField("username", `is not a valid ${names[type]}`);
  return username;
};
const names = {
  email: "email address",
  phone: "phone number with its country (+33…)",
  "unique-name": "name without spaces",
};

const noProfile: UserProfile = {
  first_name: null,
  last_name: null,
  display_name: null,
  picture_url: null,
  locale: null,
  zoneinfo: null,
  email: null,
  email_verified: false,
  phone: null,
  phone_verified: false,
  birthdate: null,
  address: null,
};
const noCompliance: UserCompliance = {
  terms_accepted_at: null,
  privacy_accepted_at: null,
  marketing_accepted_at: null,
};
