import { html } from "ghtml";
import { button, card, form, linkButton, problems, ways } from "../components.ts";
import type { FormProps, Texts, View } from "../view.ts";
import { type InvitationFacts, joinsAs, lead, until, words } from "./invitation-new-user.ts";

export interface InvitationExistingUserProps extends FormProps {
  invitation: InvitationFacts;
  /** Signed in as the invited: a button each, sent as `decision=accept` or `decision=decline`. Else a way to sign in. */
  signInUrl?: string | undefined;
}

/** An address that has an account. */
export const invitationExistingUser = (texts: Texts, props: InvitationExistingUserProps): View => {
  const { invitation, signInUrl, errors } = props;
  const t = texts.invitation;
  const decline = button({ label: t.decline, name: "decision", value: "decline", kind: "secondary" });
  const decide = html`!${button({ label: t.accept, name: "decision", value: "accept" })}!${decline}`;
  return card(t.title(invitation.organization), lead(texts, invitation), [
    words(texts, invitation),
    joinsAs(texts, invitation.email),
    problems(texts, errors),
    signInUrl
      ? html`<p>${t.signInFirst}</p>!${linkButton(signInUrl, t.signIn)}!${form(props, decline)}`
      : form(props, decide),
    ways(until(texts, invitation)),
  ]);
};
