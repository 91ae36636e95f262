import { html } from "ghtml";
import { button, field, form, isRefused, link, post, problems } from "../components.ts";
import { type PortalProps, part, portal } from "../portal.ts";
import type { FormProps, Html, Texts, View } from "../view.ts";

type Name = "first_name" | "last_name" | "display_name" | "picture_url" | "locale" | "zoneinfo";
export interface AccountProfileProps extends PortalProps, FormProps<Name> {
  email: string | null;
  emailVerified: boolean;
  changeEmailUrl?: string | undefined;
  /** Where a POST sends a code to an address that is not confirmed. */
  verifyEmailAction?: string | undefined;
}

export const accountProfile = (texts: Texts, props: AccountProfileProps): View => {
  const { values, errors } = props;
  const t = texts.profile;
  const labels: Record<Name, string> = {
    first_name: t.firstName,
    last_name: t.lastName,
    display_name: t.displayName,
    picture_url: t.picture,
    locale: t.locale,
    zoneinfo: t.zoneinfo,
  };
  const line = (
    name: Name,
    autocomplete: string,
    more: { hint?: string; type?: "url"; maxLength?: number } = {},
  ): Html =>
    field(texts, {
      name,
      label: labels[name],
      autocomplete,
      optional: true,
      unmarked: true,
      maxLength: 200,
      value: values?.[name],
      error: errors?.[name],
      ...more,
    });
  const names = html`<div class="columns">!${line("first_name", "given-name")}!${line("last_name", "family-name")}</div>`;
  const fields = [
    names,
    line("display_name", "name"),
    line("picture_url", "photo", { hint: t.pictureHint, type: "url", maxLength: 2000 }),
    languageField(texts, values?.locale, errors?.locale),
    line("zoneinfo", "off", { hint: t.zoneinfoHint, maxLength: 100 }),
  ];
  return portal(texts, props, "profile", {
    lead: t.lead,
    parts: [
      problems(texts, errors, labels),
      form(props, html`!${fields}<div>!${button({ label: texts.form.save })}</div>`),
      part(t.emailTitle, emailOf(texts, props)),
    ],
    ...isRefused(errors),
  });
};

/** The languages of these pages, and whichever other one is set. */
const languageField = ({ languages, profile: t }: Texts, value = "", error?: string): Html => {
  const known = Object.entries(languages);
  const other = value !== "" && !known.some(([code]) => code === value) ? [[value, value]] : [];
  const options = [["", t.localeNone], ...known, ...other].map(
    ([code = "", name = ""]) => html`<option value="${code}"!${code === value ? " selected" : ""}>${name}</option>`,
  );
  return html`<div class="field"><div class="label"><label for="field-locale">${t.locale}</label></div>
<select class="input" id="field-locale" name="locale"!${error ? ' aria-invalid="true" aria-describedby="field-locale-error"' : ""}>!${options}</select>
!${error ? html`<p class="wrong" id="field-locale-error">${error}</p>` : ""}</div>`;
};

const emailOf = ({ profile: t }: Texts, props: AccountProfileProps): Html => {
  const { csrf, email, emailVerified, changeEmailUrl, verifyEmailAction } = props;
  const mark = emailVerified
    ? html`<span class="mark">${t.verified}</span>`
    : html`<span class="mark warn">${t.unverified}</span>`;
  const links = [
    !emailVerified &&
      email !== null &&
      verifyEmailAction &&
      post({ csrf, action: verifyEmailAction }, {}, { label: t.verifyNow, kind: "link" }),
    changeEmailUrl && link(changeEmailUrl, t.changeEmail),
  ].filter((one): one is Html => Boolean(one));
  return html`<p>!${email === null ? html`${t.noEmail}` : html`<bdi>${email}</bdi> !${mark}`}</p><div class="links">!${links}</div>`;
};
