import { html } from "ghtml";
import { button, card, field, form, hiddenUsername, isRefused, link, post, problems, ways } from "../components.ts";
import type { FormProps, Html, Texts, View } from "../view.ts";
import { dayOf } from "../when.ts";
import { agreement, newPasswordField, type SignUpProps } from "./sign-up.ts";

export interface InvitationFacts {
  issuer: string;
  organization: string;
  inviter: string | null;
  /** The inviter's own words. */
  message: string | null;
  /** The address that it was sent to. */
  email: string;
  expiresAt: number | null;
}

export interface InvitationNewUserProps extends FormProps<"name" | "password"> {
  invitation: InvitationFacts;
  /** Where a password is needed; else nothing is but a name. */
  password?: { minLength: number } | undefined;
  terms?: SignUpProps["terms"];
  /** Where a POST declines. */
  declineAction: string;
  signInUrl?: string | undefined;
}

/** An address that has no account yet. */
export const invitationNewUser = (texts: Texts, props: InvitationNewUserProps): View => {
  const { csrf, invitation, password, terms, declineAction, signInUrl, values, errors } = props;
  const t = texts.invitation;
  const name = field(texts, {
    name: "name",
    label: t.name,
    autocomplete: "name",
    maxLength: 200,
    value: values?.name,
    error: errors?.name,
  });
  const parts = [
    hiddenUsername(invitation.email),
    name,
    password ? newPasswordField(texts, t.password, password.minLength, errors?.password) : "",
    agreement(texts, terms),
    button({ label: t.create }),
  ];
  return card(
    t.title(invitation.organization),
    lead(texts, invitation),
    [
      words(texts, invitation),
      joinsAs(texts, invitation.email),
      problems(texts, errors, { name: t.name, password: t.password }),
      form(props, html`!${parts}`),
      ways(
        post({ csrf, action: declineAction }, {}, { label: t.decline, kind: "link" }),
        signInUrl && html`<p>${t.haveAccount} !${link(signInUrl, t.signIn)}</p>`,
        until(texts, invitation),
      ),
    ],
    isRefused(errors),
  );
};

export const lead = ({ invitation: t }: Texts, { inviter, organization, issuer }: InvitationFacts): Html =>
  html`${inviter === null ? t.byNobody(organization, issuer) : t.by(inviter, organization, issuer)}`;
export const words = ({ invitation: t }: Texts, { message }: InvitationFacts): Html =>
  message === null ? "" : html`<blockquote class="words" aria-label="${t.message}" dir="auto">${message}</blockquote>`;
export const joinsAs = ({ invitation: t }: Texts, email: string): Html =>
  html`<p class="whose"><span><span class="muted">${t.as}</span> <bdi>${email}</bdi></span></p>`;
export const until = (texts: Texts, { expiresAt }: InvitationFacts): Html =>
  expiresAt === null ? "" : html`<p class="muted">${texts.invitation.until(dayOf(texts, expiresAt))}</p>`;
