import { tokenIn } from "./application.ts";
import type { Browser } from "./browser.ts";

/** A page that a browser is at, or where it has been sent away from the issuer. */
export interface Place {
  url: string;
  status: number;
  html: string;
  /** Follows a link or types in an address. */
  open(url: string): Promise<Place>;
  /** Sends the page's form with these fields, and goes where that leads. */
  submit(fields: Record<string, string>, action?: string): Promise<Place>;
}

/** Walks over an issuer's pages, a form at a time. */
export const walk = (browser: Browser, issuer: string) => {
  const placeOf = async ({ response, url }: { response: Response; url: string }): Promise<Place> => {
    const html = url.startsWith(`${issuer}/`) ? await response.text() : "";
    return {
      url,
      status: response.status,
      html,
      open,
      submit: async (fields, action = "") => {
        const target = new URL(action, url).href;
        const form = { csrf: tokenIn(html), ...fields };
        const sent = await browser.send(target, { method: "POST", form });
        const location = sent.headers.get("location");
        if (location === null) return placeOf({ response: sent, url: target });
        const next = new URL(location, target).href;
        return next.startsWith(`${issuer}/`) ? open(next) : placeOf({ response: sent, url: next });
      },
    };
  };
  const open = async (url: string): Promise<Place> => placeOf(await browser.follow(url, issuer));
  return open;
};
