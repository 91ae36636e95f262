import { html } from "ghtml";
import { button, form, heading, link, notice, post } from "./components.ts";
import type { FormProps, Html, Texts, View } from "./view.ts";
import type { Reader } from "./when.ts";

/** The portal's pages below `base`, in the order of the navigation. */
export const sections = {
  profile: "",
  password: "/password",
  secondFactor: "/second-factor",
  devices: "/devices",
  sessions: "/sessions",
  tokens: "/tokens",
  organizations: "/organizations",
  applications: "/applications",
} as const;
export type Section = keyof typeof sections;

/** What every page of the portal is given. */
export interface PortalProps extends Reader {
  csrf: string;
  /** `/{issuer_id}/ui/account`. */
  base: string;
  user: { name: string | null; identifier: string };
  /** What this issuer and this user have no use for, such as a password where there is no such method. */
  without?: readonly Section[] | undefined;
  /** Where a POST signs out. */
  signOutAction: string;
  /** What has just been done, in the reader's language. */
  done?: string | undefined;
}

export const portal = (
  texts: Texts,
  props: PortalProps,
  section: Section,
  {
    title = texts.portal[section],
    lead,
    parts,
    refused,
  }: { title?: string; lead?: string; parts: readonly Html[]; refused?: boolean },
): View => ({
  title,
  frame: { person: person(texts, props), navigation: navigation(texts, props, section) },
  ...(refused !== undefined && { refused }),
  body: html`!${heading(title, lead && html`${lead}`)}!${props.done ? notice(props.done, "success") : ""}!${parts}`,
});

const person = ({ portal: t }: Texts, { csrf, signOutAction, user: { name, identifier } }: PortalProps): Html =>
  html`<div class="person"><p><bdi class="strong">${name ?? identifier}</bdi>!${name === null ? "" : html`<bdi>${identifier}</bdi>`}</p>!${post({ csrf, action: signOutAction }, {}, { label: t.signOut, kind: "link" })}</div>`;

const navigation = (texts: Texts, { base, without = [] }: PortalProps, current: Section): Html => {
  const names = (Object.keys(sections) as Section[]).filter((name) => !without.includes(name));
  const item = (name: Section): Html =>
    html`<li><a href="${base + sections[name]}"!${name === current ? ' aria-current="page"' : ""}>${texts.portal[name]}</a></li>`;
  return html`<nav class="side" aria-label="${texts.portal.navigation}"><ul>!${names.map(item)}</ul></nav>`;
};

export interface Row {
  title: string;
  /** A word that marks it, such as "This session"; `off` where it is the mark of what is over. */
  mark?: string | undefined;
  off?: boolean;
  facts: readonly Html[];
  end?: Html;
}

/** What there is, one below the other; or that there is none. */
export const rows = (list: readonly Row[], none: string): Html => {
  if (list.length === 0) return html`<p class="none">${none}</p>`;
  return html`<ul class="rows">!${list.map(
    ({ title, mark, off = false, facts, end = "" }) =>
      html`<li class="row"><div class="row-text"><p class="strong"><bdi>${title}</bdi>!${mark ? html` <span class="${off ? "mark off" : "mark"}">${mark}</span>` : ""}</p>!${facts.filter(Boolean).map((fact) => html`<p class="muted small">!${fact}</p>`)}</div>!${end}</li>`,
  )}</ul>`;
};

/** A button that asks first: what it would do opens below it, with the button that does it. */
export const asking = (
  { csrf, action }: Pick<FormProps, "csrf" | "action">,
  fields: Record<string, string>,
  { label, of, question }: { label: string; of?: string; question: string },
): Html => {
  const hidden = Object.entries(fields).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  );
  const sure = form(
    { csrf, action },
    html`!${hidden}!${button({ label, kind: "danger", ...(of && { of }) })}`,
    "inline",
  );
  return html`<details class="asking"><summary class="button secondary">${label}!${of ? html`<span class="hidden"> ${of}</span>` : ""}</summary><div class="question"><p>${question}</p>!${sure}</div></details>`;
};

export const part = (title: string, ...content: readonly Html[]): Html =>
  html`<section class="part"><h2>${title}</h2>!${content}</section>`;

export const backTo = (props: PortalProps, section: Section, label: string): Html =>
  html`<p>!${link(props.base + sections[section], label)}</p>`;
