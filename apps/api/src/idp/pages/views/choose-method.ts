import { html } from "ghtml";
import { card, form, problems, whose } from "../components.ts";
import { icon } from "../icons.ts";
import type { FormProps, Html, Texts, View } from "../view.ts";

export type MethodKind = "password" | "email-code" | "email-link" | "other";

export interface ChooseMethodProps extends FormProps {
  identifier: string;
  otherAccountUrl: string;
  /** In the issuer's order; the form sends the chosen one's id as `method`. */
  methods: { id: string; kind: MethodKind; name: string }[];
}

export const chooseMethod = (texts: Texts, props: ChooseMethodProps): View => {
  const { identifier, otherAccountUrl, methods, errors } = props;
  return card(texts.method.title, undefined, [
    whose(texts, identifier, otherAccountUrl),
    problems(texts, errors),
    form(props, html`<ul class="choices">!${methods.map((method) => choice(texts, method))}</ul>`),
  ]);
};

const choice = ({ method: t }: Texts, { id, kind, name }: ChooseMethodProps["methods"][number]): Html => {
  const [title, hint, picture] = {
    password: [t.password, t.passwordHint, icon("key")],
    "email-code": [t.code, t.codeHint, icon("digits")],
    "email-link": [t.link, t.linkHint, icon("mail")],
    other: [t.other(name), "", icon("door")],
  }[kind] as [string, string, Html];
  return html`<li><button class="choice" type="submit" name="method" value="${id}">!${picture}<span class="choice-text"><span class="choice-title">${title}</span>!${hint ? html`<span class="muted">${hint}</span>` : ""}</span>!${icon("next")}</button></li>`;
};
