import type { Language } from "./language.ts";
import type { Brand, Written } from "./message.ts";
import { type CodeMail, changeEmailMail, signInCodeMail, verifyEmailMail } from "./templates/codes.ts";
import { type InvitationMail, invitationMail } from "./templates/invitation.ts";
import { type LinkMail, resetPasswordMail, signInLinkMail } from "./templates/links.ts";
import {
  type AccountExistsMail,
  accountExistsMail,
  type EmailChangedMail,
  emailChangedMail,
  type NewSignInMail,
  newSignInMail,
  type PasswordChangedMail,
  passwordChangedMail,
} from "./templates/notices.ts";

/** What each template is filled with. */
export interface MailValues {
  invitation: InvitationMail;
  "sign-in-code": CodeMail;
  "sign-in-link": LinkMail;
  "verify-email": CodeMail;
  "change-email": CodeMail;
  "reset-password": LinkMail;
  "password-changed": PasswordChangedMail;
  "email-changed": EmailChangedMail;
  "account-exists": AccountExistsMail;
  "new-sign-in": NewSignInMail;
}
export type Template = keyof MailValues;

type Write<T extends Template> = (values: MailValues[T], brand: Brand, language: Language) => Written;
const templates: { [T in Template]: Write<T> } = {
  invitation: invitationMail,
  "sign-in-code": signInCodeMail,
  "sign-in-link": signInLinkMail,
  "verify-email": verifyEmailMail,
  "change-email": changeEmailMail,
  "reset-password": resetPasswordMail,
  "password-changed": passwordChangedMail,
  "email-changed": emailChangedMail,
  "account-exists": accountExistsMail,
  "new-sign-in": newSignInMail,
};

export const render = <T extends Template>(template: T, values: MailValues[T], brand: Brand, language: Language) =>
  templates[template](values, brand, language);
