import type { IssuerLinks, IssuerSettings } from "@authpi/schema";
import { html } from "ghtml";
import { link } from "./components.ts";
import type { Locale } from "./locale.ts";
import type { Html, Texts, View } from "./view.ts";

export interface DocumentProps {
  texts: Texts;
  locale: Locale;
  view: View;
  issuer: { name: string; links: IssuerLinks | null; branding: IssuerSettings["branding"] };
  stylesheets: readonly string[];
  /** The page's own address, for the switch of languages; without it there is no switch. */
  address?: string | undefined;
}

/** The whole page: the issuer above, the view in the middle, links and languages below. */
export const page = ({ texts, locale, view, issuer, stylesheets, address }: DocumentProps): Html => {
  const title = texts.page.titleOf(view.title, issuer.name);
  return html`<!doctype html>
<html lang="${locale}">
<head>
<meta charset="utf-8">
<title>${view.refused ? texts.page.refused(title) : title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<link rel="icon" href="${issuer.branding.favicon_url ?? "data:,"}">
!${stylesheets.map((href) => html`<link rel="stylesheet" href="${href}">`)}
</head>
<body class="${view.frame ? "wide" : "narrow"}">
<a class="skip" href="#main">${texts.page.skip}</a>
<div class="sheet">
<header class="head"><p class="brand">!${brand(issuer)}</p>!${view.frame?.person}</header>
!${view.frame?.navigation}
<main id="main" tabindex="-1">
!${view.body}
</main>
</div>
!${footer(texts, locale, issuer.links, address)}
</body>
</html>
`;
};

const brand = ({ name, branding: { logo_url } }: DocumentProps["issuer"]): Html =>
  logo_url
    ? html`<img class="logo" src="${logo_url}" alt="${name}">`
    : html`<span class="monogram" aria-hidden="true">${initialOf(name)}</span><bdi class="brand-name">${name}</bdi>`;

/** What a reader takes for its first letter. */
const initialOf = (name: string): string => {
  const [first] = new Intl.Segmenter().segment(name.trim());
  return first?.segment.toLocaleUpperCase() ?? "";
};

const footer = ({ page: t, languages }: Texts, locale: Locale, links: IssuerLinks | null, address?: string): Html => {
  const about = [
    links?.privacy_policy && link(links.privacy_policy, t.privacy),
    links?.terms_of_service && link(links.terms_of_service, t.terms),
    links?.support && link(links.support, t.support),
  ].filter((one): one is Html => Boolean(one));
  const language = ([code, name]: [string, string]): Html =>
    code === locale
      ? html`<li><span lang="${code}" aria-current="true">${name}</span></li>`
      : html`<li><a href="${inLanguage(address ?? "", code)}" hreflang="${code}" lang="${code}">${name}</a></li>`;
  const list = (label: string, items: readonly Html[]): Html =>
    html`<nav aria-label="${label}"><ul>!${items}</ul></nav>`;
  return html`<footer class="foot">
!${
    about.length > 0
      ? list(
          t.footer,
          about.map((one) => html`<li>!${one}</li>`),
        )
      : ""
  }
!${address === undefined ? "" : list(t.language, Object.entries(languages).map(language))}
</footer>`;
};

const inLanguage = (address: string, code: string): string => {
  const [path = "", query = ""] = address.split("?", 2);
  const parameters = new URLSearchParams(query);
  parameters.set("ui_locales", code);
  return `${path}?${parameters}`;
};
