import type { FastifyRequest } from "fastify";
import { type Language, languages } from "../../mail/language.ts";
import { readCookie } from "./cookies.ts";
import { en } from "./texts/en.ts";
import { fr } from "./texts/fr.ts";
import { isolated } from "./texts/isolated.ts";
import type { Texts } from "./view.ts";

export type Locale = Language;
export const localeCookie = "authpi_locale";
const texts: Record<Locale, Texts> = { en: isolated(en), fr: isolated(fr) };

export const textsOf = (locale: Locale): Texts => texts[locale];

/**
 * What the reader has chosen here counts most; then what the application asked for (`ui_locales` of an authorization request),
 * then what the browser says, then English.
 */
export const localeOf = (request: Pick<FastifyRequest, "headers">, uiLocales?: string): Locale =>
  firstOf([readCookie(request, localeCookie) ?? ""]) ??
  named(uiLocales) ??
  firstOf(accepted(request.headers["accept-language"] ?? "")) ??
  "en";

/** The first language of `ui_locales` that there is (OpenID Connect Core, 3.1.2.1: in order, separated by spaces). */
export const named = (uiLocales: string | undefined): Locale | undefined => firstOf(uiLocales?.split(" ") ?? []);

const firstOf = (wishes: readonly string[]): Locale | undefined => {
  const primary = wishes.map((wish) => wish.split("-", 1)[0]?.toLowerCase());
  return primary.flatMap((wish) => languages.find((one) => one === wish) ?? [])[0];
};

/** By weight (RFC 9110, 12.5.4); what weighs nothing is not wanted. */
const accepted = (header: string): string[] =>
  header
    .slice(0, 1000)
    .split(",")
    .map((part) => {
      const [range = "", ...parameters] = part.trim().split(";");
      const weight = parameters.map((one) => one.trim()).find((one) => one.startsWith("q="));
      return { range: range.trim(), weight: weight === undefined ? 1 : Number(weight.slice(2)) };
    })
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight)
    .map(({ range }) => range);
