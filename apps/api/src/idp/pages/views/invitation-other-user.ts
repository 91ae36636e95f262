import { html } from "ghtml";
import { button, card, form, linkButton } from "../components.ts";
import type { FormProps, Texts, View } from "../view.ts";

export interface InvitationOtherUserProps extends FormProps {
  /** The address that it was sent to, and who is signed in instead. */
  invited: string;
  current: string;
  stayUrl?: string | undefined;
}

/** The form signs out and goes on to sign in as the invited. */
export const invitationOtherUser = (texts: Texts, props: InvitationOtherUserProps): View => {
  const { invited, current, stayUrl } = props;
  const t = texts.invitation;
  return card(t.otherTitle, html`${t.otherText(invited)} ${t.otherNow(current)}`, [
    form(props, button({ label: t.switch })),
    stayUrl ? linkButton(stayUrl, texts.form.cancel, "secondary") : "",
  ]);
};
