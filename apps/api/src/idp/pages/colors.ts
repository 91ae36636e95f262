/** A colour as WCAG 2 reckons with it: `#rrggbb`. */
export type Color = string;

export const isColor = (text: string | null): text is Color => text !== null && /^#[0-9a-f]{6}$/i.test(text);

/** From 1 (the same) to 21 (black on white). */
export const contrast = (one: Color, other: Color): number => {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
};

/** Black or white, whichever is read more easily: one of them always has 4.5. */
export const inkOn = (color: Color): Color =>
  contrast(color, "#ffffff") >= contrast(color, "#000000") ? "#ffffff" : "#000000";

/** The colour itself, or the nearest to it on the way to `goal` that stands out enough. */
export const until = (color: Color, goal: Color, background: Color, least: number): Color => {
  for (let share = 0; share < 1; share += 0.04) {
    const mixed = mix(color, goal, share);
    if (contrast(mixed, background) >= least) return mixed;
  }
  return goal;
};

export const mix = (color: Color, other: Color, share: number): Color => {
  const parts = channels(other);
  const mixed = channels(color).map((value, at) => Math.round(value + ((parts[at] ?? 0) - value) * share));
  return `#${mixed.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
};

export const luminance = (color: Color): number => {
  const [red = 0, green = 0, blue = 0] = channels(color).map((value) => linear(value / 255));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};

const channels = (color: Color): number[] => [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
const linear = (value: number): number => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
