/** The scopes of OpenID Connect; an issuer's own are scopes of its resource servers. */
export const scopes = ["openid", "offline_access", "profile", "email", "phone", "address"] as const;

/** Which claims a scope asks for (OpenID Connect Core, 5.4). */
export const claimsByScope: Record<string, string[]> = {
  openid: ["sub", "auth_time", "acr", "amr", "organizations", "org_id"],
  profile: ["name", "given_name", "family_name", "picture", "locale", "zoneinfo", "birthdate", "updated_at"],
  email: ["email", "email_verified"],
  phone: ["phone_number", "phone_number_verified"],
  address: ["address"],
};
