import type { Texts, View } from "../../src/idp/pages/view.ts";
import { accountApplications } from "../../src/idp/pages/views/account-applications.ts";
import { accountBackupCodes } from "../../src/idp/pages/views/account-backup-codes.ts";
import { accountDevices } from "../../src/idp/pages/views/account-devices.ts";
import { accountEmail } from "../../src/idp/pages/views/account-email.ts";
import { accountEmailVerify } from "../../src/idp/pages/views/account-email-verify.ts";
import { accountOrganizations } from "../../src/idp/pages/views/account-organizations.ts";
import { accountPassword } from "../../src/idp/pages/views/account-password.ts";
import { accountProfile } from "../../src/idp/pages/views/account-profile.ts";
import { accountSecondFactor } from "../../src/idp/pages/views/account-second-factor.ts";
import { accountSecondFactorAdd } from "../../src/idp/pages/views/account-second-factor-add.ts";
import { accountSessions } from "../../src/idp/pages/views/account-sessions.ts";
import { accountTokenCreated } from "../../src/idp/pages/views/account-token-created.ts";
import { accountTokenNew } from "../../src/idp/pages/views/account-token-new.ts";
import { accountTokens } from "../../src/idp/pages/views/account-tokens.ts";
import type { Words } from "./words.ts";

const time = 1_790_000_000_000;
const secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";

export const accountViews = (texts: Texts, words: Words): Record<string, View> => {
  const { name, email, client, organization, device, scope } = words;
  const frame = {
    csrf: "token",
    base: "/account",
    user: { name, identifier: email },
    signOutAction: "/out",
    zoneinfo: "Europe/Paris",
  };
  const app = { id: "uv_1", name: device, createdAt: time, lastUsedAt: time };
  const codes = ["k7m2q-x9wd4", "p3r8t-h5cnv", "w2b9x-q6jzs", "d8f4k-m3vtp"];
  const values = { first_name: name, last_name: name, display_name: name, locale: "de-CH", zoneinfo: "Europe/Paris" };
  const session = { device, place: organization, createdAt: time, lastActivityAt: time, applications: [client, name] };
  const token = { name, scopes: [scope, "a:b"], createdAt: time, expiresAt: time, lastUsedAt: time };
  const passwordErrors = { current: texts.errors.currentPassword, password: texts.errors.passwordShort(8) };
  return {
    "account-profile": accountProfile(texts, {
      ...frame,
      values,
      email,
      emailVerified: true,
      changeEmailUrl: "/email",
      done: texts.portal.saved,
    }),
    "account-profile-wrong": accountProfile(texts, {
      ...frame,
      user: { name: null, identifier: email },
      without: ["password", "devices"],
      values,
      errors: { zoneinfo: texts.errors.timezone, picture_url: texts.errors.url, locale: words.error },
      email,
      emailVerified: false,
      changeEmailUrl: "/email",
      verifyEmailAction: "/verify",
    }),
    "account-email": accountEmail(texts, { ...frame, current: email, needsPassword: true }),
    "account-email-verify": accountEmailVerify(texts, { ...frame, email, resendAction: "/again", resent: true }),
    "account-password": accountPassword(texts, { ...frame, hasPassword: true, minLength: 8 }),
    "account-password-wrong": accountPassword(texts, {
      ...frame,
      hasPassword: true,
      minLength: 8,
      errors: passwordErrors,
    }),
    "account-password-new": accountPassword(texts, { ...frame, hasPassword: false, minLength: 8 }),
    "account-second-factor": accountSecondFactor(texts, {
      ...frame,
      apps: [app, { ...app, id: "uv_2", lastUsedAt: null }],
      backupCodesRemaining: 7,
      addUrl: "/add",
      removable: true,
    }),
    "account-second-factor-last": accountSecondFactor(texts, {
      ...frame,
      zoneinfo: "Nowhere/Land",
      apps: [app],
      backupCodesRemaining: null,
      removable: false,
    }),
    "account-second-factor-none": accountSecondFactor(texts, { ...frame, apps: [], addUrl: "/add", removable: true }),
    "account-second-factor-add": accountSecondFactorAdd(texts, {
      ...frame,
      identifier: email,
      uri: `otpauth://totp/a?secret=${secret}`,
      secret,
      enrollmentId: "uv_3",
    }),
    "account-backup-codes": accountBackupCodes(texts, { ...frame, codes }),
    "account-devices": accountDevices(texts, {
      ...frame,
      devices: [
        { id: "1", name: device, createdAt: time, lastUsedAt: time, expiresAt: time, current: true },
        { id: "2", name: null, createdAt: time, lastUsedAt: null, expiresAt: time, current: false },
      ],
    }),
    "account-devices-none": accountDevices(texts, { ...frame, devices: [] }),
    "account-sessions": accountSessions(texts, {
      ...frame,
      sessions: [
        { ...session, id: "1", current: true },
        { ...session, id: "2", current: false },
        { ...session, id: "3", device: null, place: null, applications: [], current: false },
      ],
    }),
    "account-tokens": accountTokens(texts, {
      ...frame,
      newUrl: "/new",
      tokens: [
        { ...token, id: "1", status: "active" },
        { ...token, id: "2", status: "expired", scopes: ["*:**"], lastUsedAt: null },
        { ...token, id: "3", status: "revoked", scopes: [] },
      ],
    }),
    "account-tokens-none": accountTokens(texts, { ...frame, tokens: [], newUrl: "/new" }),
    "account-token-new": accountTokenNew(texts, {
      ...frame,
      scopes: [
        { name: "*:**", checked: false },
        { name: scope, description: words.text, checked: true },
      ],
      lifetimesDays: [1, 30, 90, 366],
      values: { name, expires: "30" },
      errors: { name: texts.errors.required, expires: words.error, scopes: words.error },
    }),
    "account-token-new-none": accountTokenNew(texts, { ...frame, scopes: [], lifetimesDays: [30] }),
    "account-token-created": accountTokenCreated(texts, { ...frame, name, token: `ptk_${"eyJhbGciOi".repeat(60)}` }),
    "account-organizations": accountOrganizations(texts, {
      ...frame,
      organizations: [
        { id: "1", name: organization, title: name, joinedAt: time, canLeave: true },
        { id: "2", name: client, title: null, joinedAt: time, canLeave: false },
      ],
    }),
    "account-applications": accountApplications(texts, {
      ...frame,
      applications: [{ id: "1", name: client, scopes: ["openid", "email", scope], grantedAt: time }],
    }),
    "account-applications-none": accountApplications(texts, { ...frame, applications: [] }),
  };
};
