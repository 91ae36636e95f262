import type { Texts, View } from "../../src/idp/pages/view.ts";
import { backupCode } from "../../src/idp/pages/views/backup-code.ts";
import { backupCodes } from "../../src/idp/pages/views/backup-codes.ts";
import { chooseAccount } from "../../src/idp/pages/views/choose-account.ts";
import { chooseMethod } from "../../src/idp/pages/views/choose-method.ts";
import { chooseOrganization } from "../../src/idp/pages/views/choose-organization.ts";
import { consent } from "../../src/idp/pages/views/consent.ts";
import { emailCode } from "../../src/idp/pages/views/email-code.ts";
import { emailLinkLanding } from "../../src/idp/pages/views/email-link-landing.ts";
import { emailLinkSent } from "../../src/idp/pages/views/email-link-sent.ts";
import { enrolTotp } from "../../src/idp/pages/views/enrol-totp.ts";
import { error } from "../../src/idp/pages/views/error.ts";
import { invitationExistingUser } from "../../src/idp/pages/views/invitation-existing-user.ts";
import { invitationNewUser } from "../../src/idp/pages/views/invitation-new-user.ts";
import { invitationOtherUser } from "../../src/idp/pages/views/invitation-other-user.ts";
import { invitationOver } from "../../src/idp/pages/views/invitation-over.ts";
import { linkInvalid } from "../../src/idp/pages/views/link-invalid.ts";
import { logOut } from "../../src/idp/pages/views/log-out.ts";
import { loggedOut } from "../../src/idp/pages/views/logged-out.ts";
import { newPassword } from "../../src/idp/pages/views/new-password.ts";
import { password } from "../../src/idp/pages/views/password.ts";
import { rateLimited } from "../../src/idp/pages/views/rate-limited.ts";
import { resetRequest } from "../../src/idp/pages/views/reset-request.ts";
import { resetSent } from "../../src/idp/pages/views/reset-sent.ts";
import { signIn } from "../../src/idp/pages/views/sign-in.ts";
import { signUp } from "../../src/idp/pages/views/sign-up.ts";
import { signUpClosed } from "../../src/idp/pages/views/sign-up-closed.ts";
import { totp } from "../../src/idp/pages/views/totp.ts";
import { verifyEmail } from "../../src/idp/pages/views/verify-email.ts";
import { waitingForApproval } from "../../src/idp/pages/views/waiting-for-approval.ts";
import type { Words } from "./words.ts";

const secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
const codes = ["k7m2q-x9wd4", "p3r8t-h5cnv", "w2b9x-q6jzs", "d8f4k-m3vtp", "h6n2c-r9wgx"];

const picture = `data:image/svg+xml,${encodeURIComponent('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect width="9" height="9" fill="#0f766e"/></svg>')}`;

export const signInViews = (texts: Texts, words: Words): Record<string, View> => {
  const { name, email, issuer, organization, text, scope } = words;
  const csrf = "token";
  const client = { name: words.client };
  const who = { csrf, identifier: email, otherAccountUrl: "/other" };
  const wrong = { form: words.error, code: texts.errors.code };
  const invitation = { issuer, organization, inviter: name, message: text, email, expiresAt: 1_800_000_000_000 };
  const terms = { termsUrl: "https://example.com/terms", privacyUrl: "https://example.com/privacy" };
  const others = [{ name: words.organization, url: "/upstream" }];
  const over = (["expired", "revoked", "used", "unknown", "full", "declined", "joined"] as const).map((reason) => [
    `invitation-over-${reason}`,
    invitationOver(texts, { reason, organization, nextUrl: "/next" }),
  ]);
  const uri = `otpauth://totp/${encodeURIComponent(issuer.slice(0, 30))}?secret=${secret}`;
  const enrolment = { csrf, issuer, identifier: email, uri, secret, enrollmentId: "uv_1" };
  return {
    "sign-in": signIn(texts, { csrf, client, signUpUrl: "/up", others, cancelUrl: "/cancel" }),
    "sign-in-plain": signIn(texts, { csrf, usernames: true }),
    "sign-in-wrong": signIn(texts, { csrf, values: { identifier: email }, errors: { identifier: texts.errors.email } }),
    password: password(texts, { ...who, forgotUrl: "/forgot", emailCodeAction: "/code", methodsUrl: "/methods" }),
    "password-wrong": password(texts, { ...who, emailLinkAction: "/link", errors: { password: texts.errors.signIn } }),
    "choose-method": chooseMethod(texts, {
      ...who,
      methods: (["password", "email-code", "email-link", "other"] as const).map((kind) => ({ id: kind, kind, name })),
    }),
    "email-code": emailCode(texts, { ...who, resendAction: "/again", passwordUrl: "/password", methodsUrl: "/m" }),
    "email-code-wrong": emailCode(texts, { ...who, resendAction: "/again", resent: true, errors: wrong }),
    "email-link-sent": emailLinkSent(texts, { ...who, resendAction: "/again", resent: true, passwordUrl: "/password" }),
    "email-link-landing": emailLinkLanding(texts, { csrf, issuer, identifier: email }),
    "link-invalid": linkInvalid(texts, { againUrl: "/again" }),
    "sign-up": signUp(texts, { csrf, client, password: { minLength: 8 }, terms, signInUrl: "/in" }),
    "sign-up-wrong": signUp(texts, {
      csrf,
      password: { minLength: 12 },
      signInUrl: "/in",
      values: { email, name },
      errors: { email: texts.errors.emailTaken, password: texts.errors.passwordCommon },
    }),
    "sign-up-closed": signUpClosed(texts, { reason: "closed", signInUrl: "/in" }),
    "sign-up-invite": signUpClosed(texts, { reason: "invite_only", signInUrl: "/in" }),
    "sign-up-domain": signUpClosed(texts, { reason: "domain", domains: ["example.com", name], signInUrl: "/in" }),
    "waiting-for-approval": waitingForApproval(texts, { email, backUrl: "/back" }),
    "verify-email": verifyEmail(texts, { csrf, email, resendAction: "/again", changeUrl: "/change", resent: true }),
    "reset-request": resetRequest(texts, { csrf, signInUrl: "/in", values: { email } }),
    "reset-sent": resetSent(texts, { email, signInUrl: "/in" }),
    "new-password": newPassword(texts, { csrf, identifier: email, minLength: 8 }),
    totp: totp(texts, { ...who, trustDays: 30, backupCodeUrl: "/backup" }),
    "totp-wrong": totp(texts, { ...who, trustDays: 1, errors: { code: texts.totp.locked } }),
    "backup-code": backupCode(texts, { ...who, trustDays: 30, totpUrl: "/totp" }),
    "enrol-totp": enrolTotp(texts, { ...enrolment, required: true }),
    "enrol-totp-later": enrolTotp(texts, { ...enrolment, required: false, laterUrl: "/later", errors: wrong }),
    "backup-codes": backupCodes(texts, { codes: [...codes, ...codes], next: { csrf, action: "/next" } }),
    consent: consent(texts, {
      ...who,
      client: { ...client, logoUrl: picture, ...terms },
      scopes: [
        { name: "openid" },
        { name: "profile" },
        { name: "email" },
        { name: scope },
        { name: "x", description: text },
      ],
      organizations: [{ name: organization }, { name: issuer }],
      goesTo: "app.example.com",
    }),
    "choose-account": chooseAccount(texts, {
      csrf,
      client,
      accounts: [
        { id: "1", name, identifier: email, signedIn: true },
        { id: "2", name: null, identifier: email, signedIn: false },
      ],
      otherAccountUrl: "/other",
    }),
    "choose-organization": chooseOrganization(texts, {
      ...who,
      client,
      organizations: [
        { id: "1", name: organization, title: name },
        { id: "2", name: issuer, title: null },
      ],
    }),
    "choose-organization-none": chooseOrganization(texts, { ...who, organizations: [], cancelUrl: "/cancel" }),
    "invitation-new-user": invitationNewUser(texts, {
      csrf,
      invitation,
      password: { minLength: 8 },
      terms,
      declineAction: "/decline",
      signInUrl: "/in",
    }),
    "invitation-existing-user": invitationExistingUser(texts, { csrf, invitation }),
    "invitation-sign-in": invitationExistingUser(texts, {
      csrf,
      invitation: { ...invitation, inviter: null, message: null, expiresAt: null },
      signInUrl: "/in",
    }),
    "invitation-other-user": invitationOtherUser(texts, { csrf, invited: email, current: name, stayUrl: "/stay" }),
    ...Object.fromEntries(over),
    "log-out": logOut(texts, { csrf, issuer, identifier: email, stayUrl: "/stay" }),
    "log-out-client": logOut(texts, { csrf, issuer, client }),
    "logged-out": loggedOut(texts, {
      back: { client: words.client, url: "https://app.example.com/" },
      signInUrl: "/in",
    }),
    error: error(texts, {
      title: texts.failure.client,
      message: texts.failure.clientText,
      reference: "req_01jd",
      detail: words.error,
      next: { label: texts.failure.home, url: "/" },
    }),
    "rate-limited": rateLimited(texts, {
      retryAfterSeconds: 900,
      reference: "req_01jd",
      next: { label: texts.form.back, url: "/" },
    }),
  };
};
