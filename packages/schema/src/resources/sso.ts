import { Type } from "typebox";
import { defineResource, op } from "../contract.ts";
import * as f from "../fields.ts";
import { organizations } from "./organizations.ts";

export const SsoSecret = Type.Object(
  { secret: Type.String({ description: "Shown this once.", examples: ["sso_…"] }) },
  { title: "SsoSecret" },
);
const domain = f.host("The domain.");
export const SsoDomainCreate = Type.Object(
  { domain: f.hostInput("The domain.") },
  { title: "SsoDomainCreate", ...f.closed },
);
export const SsoDomainCreated = Type.Object({ domain, ...f.txtRecord }, { title: "SsoDomainCreated" });
export const SsoDomainDeleted = Type.Object({ domain }, { title: "SsoDomainDeleted" });
export const SsoDomainVerification = Type.Object(
  {
    verified: Type.Boolean(),
    error: f.nullable(Type.String({ description: "Why it is not verified: what was looked for, and what was found." })),
  },
  { title: "SsoDomainVerification" },
);

export const sso = defineResource({
  name: "sso",
  one: "sso",
  segment: "sso",
  param: "org_id",
  parent: organizations,
  single: true,
  partOf: organizations,
  description:
    "The single sign-on of an organization. Its settings are the organization's `sso`; what changes here moves the organization's `ETag`.",
  operations: {
    rotateSecret: op.action({
      summary: "Make a new secret of the organization's single sign-on",
      description:
        "The secret that AuthPI shares with the organization's provider, to sign with (HMAC-SHA-256) what goes from one to the other; nothing is signed with it yet. Shown once; the one before ends at once.",
      suffix: "rotate-secret",
      returns: SsoSecret,
      emits: ["organization.sso.updated"],
    }),
  },
});

export const ssoDomains = defineResource({
  name: "domains",
  one: "domain",
  segment: "domains",
  param: "domain",
  parent: sso,
  key: f.host("The domain."),
  partOf: organizations,
  description:
    "A domain that an organization's people sign in from. They are listed in the organization's `sso.domains`, and move its `ETag`.",
  operations: {
    create: op.create({
      summary: "Add a domain to an organization's single sign-on",
      description:
        "Publish the TXT record that it answers with, then verify it. An organization has up to 20 domains, and a domain belongs to one organization of an issuer.",
      body: SsoDomainCreate,
      returns: SsoDomainCreated,
      emits: ["organization.sso.domain-created"],
    }),
    delete: op.delete({
      summary: "Remove a domain from an organization's single sign-on",
      returns: SsoDomainDeleted,
      emits: ["organization.sso.domain-deleted"],
    }),
    verify: op.action({
      summary: "Verify a domain of an organization's single sign-on",
      description:
        "Looks for the TXT record; `error` says what was found in its place. A domain that is verified stays so, without another look.",
      suffix: "verify",
      returns: SsoDomainVerification,
      emits: ["organization.sso.domain-verified"],
    }),
  },
});
