import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { page } from "../../src/idp/pages/document.ts";
import { textsOf } from "../../src/idp/pages/locale.ts";
import type { View } from "../../src/idp/pages/view.ts";
import { gallery, hostile, rich } from "./gallery.ts";
import type { Words } from "./words.ts";

const branding = { logo_url: null, primary_color: null, background_color: null, favicon_url: null };
const rendered = (locale: "en" | "fr", view: View, { issuer, email }: Words): string =>
  page({
    texts: textsOf(locale),
    locale,
    view,
    issuer: { name: issuer, links: null, branding: { ...branding, logo_url: `https://logo.example/${email}` } },
    stylesheets: [],
    address: `/i_1/ui/x?a=${email}`,
  });

/** The tags and the names of their attributes, in order. */
const markup = (text: string): string[] => [...text.matchAll(/<[^>]*>/g)].map(([tag]) => tag.replace(/"[^"]*"/g, '""'));

describe.each(["en", "fr"] as const)("in %s", (locale) => {
  const views = gallery(locale, rich);
  const attacked = gallery(locale, hostile);

  test.each(Object.keys(views))("%s: no text becomes markup, none is escaped twice", (name) => {
    const [kind, bad] = [views[name], attacked[name]];
    if (!kind || !bad) throw new Error(`There is no ${name}.`);
    const text = rendered(locale, bad, hostile);
    expect(markup(text)).toEqual(markup(rendered(locale, kind, rich)));
    expect(text).not.toMatch(/&#38;#\d+;/);
    expect(text).not.toMatch(/<script|<img src=x|style=| on\w+=/);
  });

  test.each(Object.entries(views))("%s has one title, labels for its fields and a token in each form", (_, view) => {
    const text = rendered(locale, view, rich);
    expect(text.match(/<h1/g)).toHaveLength(1);
    expect(text).not.toMatch(/undefined|\[object|NaN|Invalid Date/);
    const ids = [...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, target] of text.matchAll(/(?:for|aria-describedby|href)="#?((?:field-|main)[^"]+)"/g)) {
      for (const id of target?.split(" ") ?? []) expect(ids).toContain(id);
    }
    const forms = text.match(/<form[^>]*method="post"/g)?.length ?? 0;
    expect(text.match(/name="csrf" value="token"/g)?.length ?? 0).toBe(forms);
  });
});

test("the gallery has every view", () => {
  const files = readdirSync(new URL("../../src/idp/pages/views/", import.meta.url));
  const shown = Object.keys(gallery("en"));
  const missing = files
    .map((file) => file.replace(".ts", ""))
    .filter((file) => !shown.some((name) => name.startsWith(file)));
  expect(missing).toEqual([]);
});

test("a name that turns the direction of writing turns no words but its own", () => {
  const { consent } = textsOf("en");
  expect(consent.title("Engine")).toBe("Engine asks for access");
  for (const name of ["\u202eenignE", "شركة"]) expect(consent.title(name)).toBe(`\u2068${name}\u2069 asks for access`);
});
