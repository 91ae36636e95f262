import type { IssuerSettings } from "@authpi/schema";
import { type Color, contrast, inkOn, isColor, luminance, mix, until } from "./colors.ts";

/** What `styles/` draws on, and what is used where an issuer has no colours of its own. */
const light = { surface: "#ffffff", raised: "#fafafa", page: "#f5f5f7", goal: "#000000", text: 4.6 };
const dark = { surface: "#17171a", raised: "#1f1f23", page: "#0c0c0e", goal: "#ffffff", text: 5.6 };
const ours = "#3355ff";

/** An issuer's colours as custom properties, changed as little as it takes for everything to be read. */
export const brandingCss = ({ primary_color, background_color }: IssuerSettings["branding"]): string => {
  const primary = isColor(primary_color) ? primary_color.toLowerCase() : ours;
  const background = isColor(background_color) ? background_color.toLowerCase() : null;
  // A light background would glare at night.
  const night = background !== null && luminance(background) < 0.05 ? background : dark.page;
  return `:root{${variables(primary, background ?? light.page, light)}}
@media screen and (prefers-color-scheme:dark){:root{${variables(until(primary, dark.goal, dark.surface, 3), night, dark)}}}
`;
};

const variables = (primary: Color, page: Color, { surface, raised, goal, text }: typeof light): string => {
  const ink = inkOn(primary);
  const values = {
    primary,
    "on-primary": ink,
    // Away from the text on it.
    "primary-hover": mix(primary, ink === "#ffffff" ? "#000000" : "#ffffff", 0.14),
    // The edge of a button that its own colour does not tell from the card (WCAG 2.2, 1.4.11).
    edge: contrast(primary, surface) >= 3 ? primary : until(primary, goal, surface, 3),
    accent: until(primary, goal, raised, text),
    page,
    "on-page": ["#52525b", "#a1a1aa", "#18181b"].find((one) => contrast(one, page) >= 5) ?? inkOn(page),
    "on-page-strong": inkOn(page) === "#ffffff" ? "#ffffff" : contrast("#18181b", page) >= 5 ? "#18181b" : "#000000",
  };
  return Object.entries(values)
    .map(([name, value]) => `--${name}:${value}`)
    .join(";");
};
