import { html } from "ghtml";
import type { Html, Texts } from "./view.ts";

/** Whose clock a time is told by; without a zone, or with one that nobody knows, it is UTC and says so. */
export interface Reader {
  zoneinfo: string | null;
}

export const dayOf = (texts: Texts, time: number, reader: Reader = { zoneinfo: null }): string =>
  written(texts, time, reader, { dateStyle: "long" });

export const day = (texts: Texts, time: number, reader?: Reader): Html =>
  html`<time datetime="${new Date(time).toISOString()}">${dayOf(texts, time, reader)}</time>`;

export const moment = (texts: Texts, time: number, reader: Reader): Html => {
  const zone = zoneOf(reader) === undefined ? " UTC" : "";
  const text = written(texts, time, reader, { dateStyle: "medium", timeStyle: "short" });
  return html`<time datetime="${new Date(time).toISOString()}">${text}${zone}</time>`;
};

const written = (texts: Texts, time: number, reader: Reader, options: Intl.DateTimeFormatOptions): string =>
  new Intl.DateTimeFormat(texts.locale, { ...options, timeZone: zoneOf(reader) ?? "UTC" }).format(time);

const zoneOf = ({ zoneinfo }: Reader): string | undefined => {
  if (!zoneinfo) return undefined;
  try {
    return new Intl.DateTimeFormat("en", { timeZone: zoneinfo }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
};
