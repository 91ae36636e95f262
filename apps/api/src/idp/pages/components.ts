import { html } from "ghtml";
import type { Errors, FormProps, Html, Texts, View } from "./view.ts";

export interface Field {
  name: string;
  label: string;
  type?: "text" | "email" | "password" | "url" | "date";
  autocomplete: string;
  value?: string | undefined;
  error?: string | undefined;
  hint?: string | undefined;
  inputmode?: "email" | "numeric" | "text";
  optional?: boolean;
  /** Where every field is optional it need not be said of each. */
  unmarked?: boolean;
  autofocus?: boolean;
  minLength?: number | undefined;
  maxLength?: number;
  /** A one-time code: wide letters, and nothing that corrects them. */
  code?: boolean;
  /** What stands beside the label, such as a link. */
  aside?: Html;
}

/** A labelled input; its hint and its error are what describes it. */
export const field = (texts: Texts, given: Field): Html => {
  const {
    name,
    label,
    type = "text",
    hint,
    error,
    optional = false,
    unmarked = false,
    code = false,
    aside = "",
  } = given;
  const id = `field-${name}`;
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  const attributes = [
    attribute("value", type === "password" ? undefined : given.value),
    attribute("inputmode", given.inputmode),
    attribute("minlength", given.minLength?.toString()),
    attribute("maxlength", (given.maxLength ?? 320).toString()),
    attribute("aria-describedby", described || undefined),
    flag(`aria-invalid="true"`, error),
    flag("required", !optional),
    flag("autofocus", given.autofocus || error),
    flag(`autocapitalize="none" spellcheck="false"`, code || type === "email" || type === "password"),
  ];
  return html`<div class="field">
<div class="label"><label for="${id}">${label}!${optional && !unmarked ? html` <span class="muted">${texts.form.optional}</span>` : ""}</label>!${aside}</div>
!${hint ? html`<p class="hint" id="${id}-hint">${hint}</p>` : ""}
<input class="${code ? "input code" : "input"}" id="${id}" name="${name}" type="${type}" autocomplete="${given.autocomplete}"!${attributes}>
!${error ? html`<p class="wrong" id="${id}-error">${error}</p>` : ""}
</div>`;
};

export const checkbox = (
  name: string,
  label: string,
  { hint, checked = false }: { hint?: string; checked?: boolean } = {},
): Html =>
  html`<div class="check"><input type="checkbox" id="field-${name}" name="${name}" value="yes"!${flag("checked", checked)}!${hint ? html` aria-describedby="field-${name}-hint"` : ""}>
<label for="field-${name}">${label}</label>!${hint ? html`<p class="hint" id="field-${name}-hint">${hint}</p>` : ""}</div>`;

/** Tells a password manager whose password it is; it is not sent. */
export const hiddenUsername = (identifier: string): Html =>
  html`<input type="text" autocomplete="username" value="${identifier}" hidden readonly>`;

/** A form with its token. */
export const form = ({ csrf, action }: Pick<FormProps, "csrf" | "action">, body: Html, className = "stack"): Html =>
  html`<form method="post" class="${className}"!${attribute("action", action)}><input type="hidden" name="csrf" value="${csrf}">
!${body}
</form>`;

export interface Button {
  label: string;
  /** Says which of several buttons it was. */
  name?: string;
  value?: string;
  kind?: "primary" | "secondary" | "danger" | "link";
  /** More for who cannot see what it stands beside. */
  of?: string;
}
export const button = ({ label, name, value, kind = "primary", of }: Button): Html =>
  html`<button class="button ${kind}" type="submit"!${attribute("name", name)}!${attribute("value", value)}>${label}!${of ? html`<span class="hidden"> ${of}</span>` : ""}</button>`;

/** A button that is a form of its own: for what a link must not do, as a link can be followed by a program. */
export const post = (
  { csrf, action }: Pick<FormProps, "csrf" | "action">,
  fields: Record<string, string>,
  look: Button,
): Html => {
  const hidden = Object.entries(fields).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  );
  return form({ csrf, action }, html`!${hidden}!${button(look)}`, "inline");
};

export const link = (href: string, label: string, className = ""): Html =>
  html`<a href="${href}"!${attribute("class", className || undefined)}>${label}</a>`;
export const linkButton = (href: string, label: string, kind: Button["kind"] = "primary"): Html =>
  link(href, label, `button ${kind}`);

/** What is wrong, above the form; with several fields a link to each. */
export const problems = <Name extends string>(
  texts: Texts,
  errors: Errors<Name> | undefined,
  labels: Partial<Record<Name, string>> = {},
): Html => {
  const { form: whole, ...fields } = (errors ?? {}) as Record<string, string | undefined>;
  const wrong = Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== undefined);
  if (!whole && wrong.length < 2) return "";
  const names = labels as Record<string, string | undefined>;
  const items = wrong.map(
    ([name, text]) => html`<li><a href="#field-${name}">${names[name] ?? name}</a> – ${text}</li>`,
  );
  return html`<div class="notice danger" role="alert"><p>${whole ?? texts.form.problems}</p>!${items.length > 1 ? html`<ul>!${items}</ul>` : ""}</div>`;
};

export const notice = (text: string, kind: "info" | "success" | "warning" | "danger" = "info"): Html =>
  html`<div class="notice ${kind}" role="status"><p>${text}</p></div>`;

export const heading = (title: string, lead?: Html): Html =>
  html`<div class="heading"><h1>${title}</h1>!${lead ? html`<p class="lead">!${lead}</p>` : ""}</div>`;

/** A card's content in order; what is empty leaves no gap. */
export const card = (
  title: string,
  lead: Html | undefined,
  parts: readonly Html[],
  more: Omit<View, "title" | "body"> = {},
): View => ({
  title,
  body: html`!${heading(title, lead)}!${parts}`,
  ...more,
});

/** Whose sign-in it is, and the way to another. */
export const whose = (texts: Texts, identifier: string, otherUrl?: string): Html =>
  html`<p class="whose"><bdi>${identifier}</bdi>!${otherUrl ? link(otherUrl, texts.signIn.otherAccount) : ""}</p>`;

/** Smaller ways on, below the form. */
export const ways = (...parts: readonly (Html | undefined | false)[]): Html => {
  const present = parts.filter((part): part is Html => Boolean(part));
  return present.length === 0 ? "" : html`<div class="ways">!${present}</div>`;
};

export const isRefused = (errors: Errors | undefined): { refused: boolean } => ({
  refused: Object.values(errors ?? {}).some((text) => text !== undefined),
});

const attribute = (name: string, value: string | undefined): Html =>
  value === undefined ? "" : html` !${name}="${value}"`;
const flag = (text: string, on: unknown): Html => (on ? ` ${text}` : "");
