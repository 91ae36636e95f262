import { html } from "ghtml";
import { card, form, link, problems, ways } from "../components.ts";
import { icon } from "../icons.ts";
import type { FormProps, Html, Texts, View } from "../view.ts";

export interface ChooseAccountProps extends FormProps {
  client?: { name: string } | undefined;
  /** The form sends the chosen one's id as `account`. */
  accounts: { id: string; name: string | null; identifier: string; signedIn: boolean }[];
  otherAccountUrl: string;
}

export const chooseAccount = (texts: Texts, props: ChooseAccountProps): View => {
  const { client, accounts, otherAccountUrl, errors } = props;
  const t = texts.account;
  return card(t.title, client && html`${t.lead(client.name)}`, [
    problems(texts, errors),
    form(props, html`<ul class="choices">!${accounts.map((account) => choice(texts, account))}</ul>`),
    ways(html`<p>!${link(otherAccountUrl, t.other)}</p>`),
  ]);
};

const choice = ({ account: t }: Texts, account: ChooseAccountProps["accounts"][number]): Html => {
  const { id, name, identifier, signedIn } = account;
  return html`<li><button class="choice" type="submit" name="account" value="${id}">!${icon("person")}<span class="choice-text"><bdi class="choice-title">${name ?? identifier}</bdi>!${name === null ? "" : html`<bdi class="muted">${identifier}</bdi>`}!${signedIn ? "" : html`<span class="muted">${t.signedOut}</span>`}</span>!${icon("next")}</button></li>`;
};
