import { html } from "ghtml";
import type { Language } from "./language.ts";
import type { Brand, Written } from "./message.ts";

/** What a template says; each part is plain text. */
export interface Content {
  language: Language;
  subject: string;
  heading: string;
  paragraphs: readonly string[];
  /** Words of somebody else, set apart from ours. */
  quote: string | null;
  /** Digits to type somewhere. */
  code?: string;
  button: { label: string; url: string } | null;
  /** Below the button: how long it works, and what to do with a mail that nobody expected. */
  notes: readonly string[];
}

/** One layout for every mail, as text and as HTML that needs nothing from elsewhere but the issuer's logo. */
export const layOut = (content: Content, brand: Brand): Written => ({
  subject: oneLine(content.subject),
  text: textOf(content, brand),
  html: htmlOf(content, brand),
  links: content.button === null ? [] : [content.button.url],
});

/** A header's value is one line, whatever stands in a name. */
const oneLine = (text: string): string => text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ").trim();

const textOf = ({ heading, paragraphs, quote, code, button, notes }: Content, brand: Brand): string => {
  const quoted = quote === null ? [] : [quote.replace(/^/gm, "> ")];
  const digits = code === undefined ? [] : [code];
  const link = button === null ? [] : [`${button.label}:\n${button.url}`];
  const parts = [heading, ...paragraphs, ...quoted, ...digits, ...link, ...notes, `-- \n${brand.name}`];
  return `${parts.join("\n\n")}\n`;
};

const page = "margin:0;padding:24px;background:#f4f4f5;font-family:system-ui,sans-serif;color:#18181b";
const card = "max-width:520px;margin:0 auto;padding:32px;background:#ffffff;border-radius:8px";
const paragraph = "margin:0 0 16px;font-size:16px;line-height:1.5";
const apart = `${paragraph};padding-left:12px;border-left:3px solid #d4d4d8;white-space:pre-line`;
const small = "margin:0 0 8px;font-size:13px;line-height:1.5;color:#52525b";

const digitsOf = "margin:0 0 16px;font-size:32px;line-height:1.3;font-weight:600;letter-spacing:6px";

const htmlOf = (
  { language, subject, heading, paragraphs, quote, code, button, notes }: Content,
  brand: Brand,
): string => {
  const color = colorOf(brand);
  const logo = logoOf(brand);
  const press = `display:inline-block;padding:12px 20px;border-radius:6px;background:${color};color:${inkOn(color)};font-size:16px;text-decoration:none`;
  return html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${oneLine(subject)}</title>
</head>
<body style="${page}">
<div style="${card}">
!${logo === null ? html`<p style="${paragraph};font-weight:600">${brand.name}</p>` : html`<p style="${paragraph}"><img src="${logo}" alt="${brand.name}" height="40" style="height:40px;border:0"></p>`}
<h1 style="margin:0 0 16px;font-size:22px;line-height:1.3">${heading}</h1>
!${paragraphs.map((text) => html`<p style="${paragraph}">${text}</p>`)}
!${quote === null ? "" : html`<blockquote style="${apart};margin-left:0">${quote}</blockquote>`}
!${code === undefined ? "" : html`<p style="${digitsOf}">${code}</p>`}
!${button === null ? "" : html`<p style="${paragraph}"><a href="${button.url}" style="${press}">${button.label}</a></p>`}
!${notes.map((text) => html`<p style="${small}">${text}</p>`)}
!${button === null ? "" : html`<p style="${small};word-break:break-all">${button.url}</p>`}
</div>
</body>
</html>
`;
};

const ours = "#3355ff";
/** Values of an issuer's settings stand in a style and in an attribute: only what has the form of one gets there. */
const colorOf = ({ color }: Brand): string => (color !== null && /^#[0-9a-f]{6}$/i.test(color) ? color : ours);
const logoOf = ({ logoUrl }: Brand): string | null =>
  logoUrl !== null && /^https?:\/\/[^\s"'<>]+$/i.test(logoUrl) ? logoUrl : null;

/** Black or white, whichever is read more easily on the colour (WCAG 2, relative luminance). */
const inkOn = (color: string): string => {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) =>
    linear(Number.parseInt(color.slice(at, at + 2), 16) / 255),
  );
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? "#000000" : "#ffffff";
};
const linear = (value: number): number => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
