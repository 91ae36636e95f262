import { html } from "ghtml";
import { button, checkbox, field, form, isRefused, linkButton, problems } from "../components.ts";
import { type PortalProps, portal, sections } from "../portal.ts";
import type { FormProps, Html, Texts, View } from "../view.ts";

export interface AccountTokenNewProps extends PortalProps, FormProps<"name" | "expires" | "scopes"> {
  /** What can be chosen; each is sent as `scope:<name>=yes`. */
  scopes: { name: string; description?: string | null | undefined; checked: boolean }[];
  /** Lifetimes in days, the form sends one as `expires`. */
  lifetimesDays: number[];
}

export const accountTokenNew = (texts: Texts, props: AccountTokenNewProps): View => {
  const { base, values, errors } = props;
  const t = texts.tokens;
  const name = field(texts, {
    name: "name",
    label: t.name,
    hint: t.nameHint,
    autocomplete: "off",
    maxLength: 200,
    value: values?.name,
    error: errors?.name,
    autofocus: !isRefused(errors).refused,
  });
  const buttons = html`<div class="pair">!${button({ label: t.create })}!${linkButton(base + sections.tokens, texts.form.cancel, "secondary")}</div>`;
  return portal(texts, props, "tokens", {
    title: t.newTitle,
    parts: [
      problems(texts, errors, { name: t.name, expires: t.expires, scopes: t.scopes }),
      form(props, html`!${name}!${lifetimeField(texts, props)}!${scopesField(texts, props)}!${buttons}`),
    ],
    ...isRefused(errors),
  });
};

const lifetimeField = ({ tokens: t }: Texts, { lifetimesDays, values, errors }: AccountTokenNewProps): Html => {
  const options = lifetimesDays.map((days) => {
    const selected = values?.expires === days.toString() ? " selected" : "";
    return html`<option value="${days.toString()}"!${selected}>${t.days(days)}</option>`;
  });
  const described = errors?.expires ? ' aria-invalid="true" aria-describedby="field-expires-error"' : "";
  return html`<div class="field"><div class="label"><label for="field-expires">${t.expires}</label></div>
<select class="input" id="field-expires" name="expires"!${described}>!${options}</select>
!${errors?.expires ? html`<p class="wrong" id="field-expires-error">${errors.expires}</p>` : ""}</div>`;
};

const scopesField = ({ tokens: t }: Texts, { scopes, errors }: AccountTokenNewProps): Html => {
  if (scopes.length === 0) return html`<p class="muted">${t.nothing}</p>`;
  const boxes = scopes.map(({ name, description, checked }) => {
    const label = name === "*:**" ? t.everything : name;
    return checkbox(`scope:${name}`, label, { checked, ...(description && { hint: description }) });
  });
  const wrong = errors?.scopes ? html`<p class="wrong">${errors.scopes}</p>` : "";
  return html`<fieldset class="field" id="field-scopes"><legend>${t.scopes}</legend><p class="hint">${t.scopesHint}</p>!${wrong}!${boxes}</fieldset>`;
};
