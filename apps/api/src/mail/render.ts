import type { Language } from "./language.ts";
import type { Brand, Written } from "./message.ts";
import { type InvitationMail, invitationMail } from "./templates/invitation.ts";

/** What each template is filled with. */
export interface MailValues {
  invitation: InvitationMail;
}
export type Template = keyof MailValues;

type Write<T extends Template> = (values: MailValues[T], brand: Brand, language: Language) => Written;
const templates: { [T in Template]: Write<T> } = { invitation: invitationMail };

export const render = <T extends Template>(template: T, values: MailValues[T], brand: Brand, language: Language) =>
  templates[template](values, brand, language);
