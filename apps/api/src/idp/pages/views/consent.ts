import { html } from "ghtml";
import { button, card, form, link, problems, whose } from "../components.ts";
import { icon } from "../icons.ts";
import type { FormProps, Html, Texts, View } from "../view.ts";

export interface ConsentProps extends FormProps {
  client: {
    name: string;
    logoUrl?: string | null | undefined;
    termsUrl?: string | null | undefined;
    privacyUrl?: string | null | undefined;
  };
  identifier: string;
  otherAccountUrl: string;
  /** Those of OpenID Connect are said in words; an issuer's own with its description, where there is one. */
  scopes: { name: string; description?: string | null | undefined }[];
  /** Those that the tokens will name. */
  organizations: { name: string }[];
  /** The host of the redirect URI. */
  goesTo?: string | undefined;
}

/** The form sends `decision=allow` or `decision=deny`. */
export const consent = (texts: Texts, props: ConsentProps): View => {
  const { client, identifier, otherAccountUrl, scopes, organizations, goesTo, errors } = props;
  const t = texts.consent;
  const items = scopes.map((scope) => html`<li>!${icon("check")}<span>${inWords(texts, scope)}</span></li>`);
  const memberships = organizations.map(({ name }) => html`<li>!${icon("building")}<bdi>${name}</bdi></li>`);
  const decide = html`!${button({ label: t.allow, name: "decision", value: "allow" })}!${button({ label: t.deny, name: "decision", value: "deny", kind: "secondary" })}`;
  const view = card(t.title(client.name), undefined, [
    whose(texts, identifier, otherAccountUrl),
    problems(texts, errors),
    html`<p>${t.lead(client.name)}</p><ul class="grants">!${items}</ul>`,
    memberships.length > 0 ? html`<p>${t.organizations}</p><ul class="grants">!${memberships}</ul>` : "",
    form(props, html`<div class="pair">!${decide}</div>`),
    fineprint(texts, client, goesTo),
  ]);
  return { ...view, body: html`!${logo(client)}!${view.body}` };
};

const inWords = ({ consent: t }: Texts, { name, description }: ConsentProps["scopes"][number]): string =>
  description ?? (Object.hasOwn(t.scopes, name) ? t.scopes[name] : undefined) ?? t.other(name);

const logo = ({ logoUrl }: ConsentProps["client"]): Html =>
  logoUrl ? html`<img class="client-logo" src="${logoUrl}" alt="" width="56" height="56">` : "";

const fineprint = ({ consent: t }: Texts, client: ConsentProps["client"], goesTo: string | undefined): Html => {
  const links = [
    client.termsUrl && link(client.termsUrl, t.terms(client.name)),
    client.privacyUrl && link(client.privacyUrl, t.privacy(client.name)),
  ].filter((one): one is Html => Boolean(one));
  return html`<div class="small muted fineprint"><p>${t.later}!${goesTo ? html` ${t.goesTo(goesTo)}` : ""}</p>!${links.length > 0 ? html`<p>!${links.join(" · ")}</p>` : ""}</div>`;
};
