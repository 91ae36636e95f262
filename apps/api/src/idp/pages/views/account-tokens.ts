import { html } from "ghtml";
import { linkButton } from "../components.ts";
import { asking, type PortalProps, portal, type Row, rows } from "../portal.ts";
import type { Html, Texts, View } from "../view.ts";
import { day, moment } from "../when.ts";

export interface AccountTokensProps extends PortalProps {
  tokens: {
    id: string;
    name: string;
    scopes: string[];
    status: "active" | "blocked" | "revoked" | "expired" | "suspended";
    createdAt: number;
    expiresAt: number;
    lastUsedAt: number | null;
  }[];
  /** Absent where there are as many as there can be. */
  newUrl?: string | undefined;
}

/** Its forms send `intent=revoke` with `id`. */
export const accountTokens = (texts: Texts, props: AccountTokensProps): View => {
  const { tokens, newUrl } = props;
  const t = texts.tokens;
  return portal(texts, props, "tokens", {
    lead: t.lead,
    parts: [
      rows(
        tokens.map((token) => rowOf(texts, props, token)),
        t.none,
      ),
      newUrl ? html`<p>!${linkButton(newUrl, t.create)}</p>` : "",
    ],
  });
};

const rowOf = (texts: Texts, props: AccountTokensProps, token: AccountTokensProps["tokens"][number]): Row => {
  const { id, name, scopes, status, expiresAt, lastUsedAt } = token;
  const t = texts.tokens;
  const end = day(texts, expiresAt, props);
  const used = lastUsedAt === null ? texts.portal.neverUsed : texts.portal.used(moment(texts, lastUsedAt, props));
  return {
    title: name,
    mark: status === "active" ? undefined : t.statuses[status],
    off: true,
    facts: [scopesOf(texts, scopes), html`!${status === "expired" ? t.expired(end) : t.expiry(end)} · !${used}`],
    ...(status !== "revoked" &&
      status !== "expired" && {
        end: asking(
          props,
          { intent: "revoke", id },
          { label: texts.portal.revoke, of: name, question: t.revoke(name) },
        ),
      }),
  };
};

const scopesOf = ({ tokens: t }: Texts, scopes: readonly string[]): Html => {
  if (scopes.length === 0) return html`${t.noScopes}`;
  if (scopes.includes("*:**")) return html`${t.everything}`;
  return html`<span class="scopes">!${scopes.map((scope) => html`<bdi class="scope">${scope}</bdi> `)}</span>`;
};
