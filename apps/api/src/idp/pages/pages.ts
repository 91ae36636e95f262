import type { Runtime } from "../runtime.ts";
import { applicationsPage } from "./account/applications.ts";
import { devicesPage } from "./account/devices.ts";
import { emailPage, emailResendPage, emailVerifyPage } from "./account/email.ts";
import { emailConfirmPage, emailConfirmSendPage } from "./account/email-code.ts";
import { organizationsPage } from "./account/organizations.ts";
import { passwordPage as accountPasswordPage } from "./account/password.ts";
import { profilePage } from "./account/profile.ts";
import { secondFactorPage } from "./account/second-factor.ts";
import { secondFactorAddPage } from "./account/second-factor-add.ts";
import { sessionsPage } from "./account/sessions.ts";
import { signOutPage } from "./account/sign-out.ts";
import { newTokenPage, tokensPage } from "./account/tokens.ts";
import { declinePage, invitationPage } from "./invitation/invitation.ts";
import { newPasswordPage } from "./new-password.ts";
import type { PageDefinition } from "./page.ts";
import { portalReturnPage } from "./portal-sign-in.ts";
import { accountPage } from "./sign-in/account.ts";
import { cancelPage } from "./sign-in/cancel.ts";
import { consentPage } from "./sign-in/consent.ts";
import { codePage, codeSendPage } from "./sign-in/email-code.ts";
import { linkLandingPage, linkPage, linkSendPage } from "./sign-in/email-link.ts";
import { backupCodesPage, enrolTotpPage } from "./sign-in/enrol.ts";
import { backupCodePage, totpPage } from "./sign-in/factor-code.ts";
import { identifierPage, signInPage } from "./sign-in/identifier.ts";
import { methodsPage, nonePage } from "./sign-in/methods.ts";
import { organizationPage } from "./sign-in/organization.ts";
import { passwordPage } from "./sign-in/password.ts";
import { resetPage } from "./sign-in/reset.ts";
import { signUpPage } from "./sign-in/sign-up.ts";
import { verifySendPage, verifySignUpPage } from "./sign-in/verify-sign-up.ts";

/** Every page that the server has. */
export const pagesOf = (runtime: Runtime): readonly PageDefinition[] =>
  [
    ...[identifierPage, passwordPage, cancelPage, methodsPage, nonePage],
    ...[codePage, codeSendPage, linkPage, linkSendPage, linkLandingPage],
    ...[signUpPage, verifySignUpPage, verifySendPage, signInPage],
    ...[resetPage, newPasswordPage],
    ...[totpPage, backupCodePage, enrolTotpPage, backupCodesPage],
    ...[accountPage, organizationPage, consentPage],
    ...[invitationPage, declinePage],
    portalReturnPage,
    ...[profilePage, accountPasswordPage, sessionsPage, devicesPage, tokensPage, newTokenPage],
    ...[organizationsPage, applicationsPage, signOutPage],
    ...[secondFactorPage, secondFactorAddPage],
    ...[emailPage, emailVerifyPage, emailResendPage, emailConfirmPage, emailConfirmSendPage],
  ].map((make) => make(runtime) as PageDefinition);
