import type { LiveIssuer } from "../live-issuer.ts";
import { none, stylesheetsOf } from "./assets.ts";
import { page } from "./document.ts";
import { pageHeaders } from "./headers.ts";
import { type Locale, textsOf } from "./locale.ts";
import type { Answer } from "./page.ts";
import type { View } from "./view.ts";

export interface Rendered {
  /** Without one it is nobody's page. */
  issuer: Pick<LiveIssuer, "id" | "name" | "links" | "settings"> | undefined;
  view: View;
  locale: Locale;
  /** The page's own address, where it has one that can be asked for again in another language. */
  address?: string | undefined;
  inPopup?: boolean | undefined;
  answer?: Omit<Answer, "status"> | undefined;
}

/** A view as the answer of a server, whichever writes it. `id` is what the path says, whether there is such an issuer or not. */
export const render = (id: string, { issuer, view, locale, address, inPopup, answer = {} }: Rendered) => {
  const branding = issuer?.settings.branding ?? none;
  return {
    headers: {
      ...pageHeaders({ branding, inPopup, ...answer }),
      "content-type": "text/html; charset=utf-8",
      "content-language": locale,
      vary: "Accept-Language, Cookie",
    },
    body: page({
      texts: textsOf(locale),
      locale,
      view,
      issuer: { name: issuer?.name ?? "AuthPI", links: issuer?.links ?? null, branding },
      stylesheets: stylesheetsOf(id, issuer),
      address,
    }),
  };
};
