import { expect, test } from "vitest";
import { brandingCss } from "../../src/idp/pages/branding.ts";
import { contrast } from "../../src/idp/pages/colors.ts";

const colors = [
  "#000000",
  "#ffffff",
  "#ffd400",
  "#3355ff",
  "#777777",
  "#0a1f44",
  "#ff0000",
  "#00ff00",
  "#808000",
  "#fefefe",
];

/** The properties in light and in dark. */
const properties = (primary: string | null, background: string | null): Record<string, string>[] => {
  const none = { logo_url: null, favicon_url: null };
  const css = brandingCss({ ...none, primary_color: primary, background_color: background });
  return [...css.matchAll(/:root\{([^}]+)\}/g)].map(([, text = ""]) =>
    Object.fromEntries(text.split(";").map((line) => line.split(":"))),
  );
};

test.each(colors.flatMap((primary) => colors.map((background) => [primary, background] as const)))(
  "%s on %s can be read in light and in dark",
  (primary, background) => {
    const surfaces = ["#fafafa", "#1f1f23"];
    properties(primary, background).forEach((one, at) => {
      const between = (name: string, other: string) => contrast(one[name] ?? "", other);
      expect(between("--on-primary", one["--primary"] ?? "")).toBeGreaterThanOrEqual(4.5);
      expect(between("--on-primary", one["--primary-hover"] ?? "")).toBeGreaterThanOrEqual(4.5);
      expect(between("--accent", surfaces[at] ?? "")).toBeGreaterThanOrEqual(4.5);
      expect(between("--edge", at === 0 ? "#ffffff" : "#17171a")).toBeGreaterThanOrEqual(3);
      expect(between("--on-page", one["--page"] ?? "")).toBeGreaterThanOrEqual(4.5);
      expect(between("--on-page-strong", one["--page"] ?? "")).toBeGreaterThanOrEqual(4.5);
    });
  },
);

test("a colour that can be read stays as it is, and what is no colour is not there", () => {
  expect(properties("#1d4ed8", "#eef2ff")[0]).toMatchObject({
    "--primary": "#1d4ed8",
    "--accent": "#1d4ed8",
    "--page": "#eef2ff",
  });
  expect(
    brandingCss({ logo_url: null, favicon_url: null, primary_color: "red;}", background_color: null }),
  ).not.toContain("red");
});
