import { html } from "ghtml";
import { card, form, linkButton, problems, whose } from "../components.ts";
import { icon } from "../icons.ts";
import type { FormProps, Html, Texts, View } from "../view.ts";

export interface ChooseOrganizationProps extends FormProps {
  client?: { name: string } | undefined;
  identifier: string;
  otherAccountUrl: string;
  /** The form sends the chosen one's id as `organization`. */
  organizations: { id: string; name: string; title: string | null }[];
  /** Where it goes back to, where there is none to choose. */
  cancelUrl?: string | undefined;
}

export const chooseOrganization = (texts: Texts, props: ChooseOrganizationProps): View => {
  const { client, identifier, otherAccountUrl, organizations, cancelUrl, errors } = props;
  const t = texts.organization;
  const choices = form(props, html`<ul class="choices">!${organizations.map(choice)}</ul>`);
  return card(t.title, html`${client ? t.lead(client.name) : t.leadPlain}`, [
    whose(texts, identifier, otherAccountUrl),
    problems(texts, errors),
    organizations.length > 0 ? choices : html`<p>${t.none}</p>`,
    cancelUrl ? linkButton(cancelUrl, texts.signIn.cancel, "secondary") : "",
  ]);
};

const choice = ({ id, name, title }: ChooseOrganizationProps["organizations"][number]): Html =>
  html`<li><button class="choice" type="submit" name="organization" value="${id}">!${icon("building")}<span class="choice-text"><bdi class="choice-title">${name}</bdi>!${title === null ? "" : html`<bdi class="muted">${title}</bdi>`}</span>!${icon("next")}</button></li>`;
