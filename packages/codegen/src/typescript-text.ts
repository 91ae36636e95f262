import type { Json } from "./json-schema.ts";

const width = 120;

/** `rotate-secret` and `key_id` in the manners of TypeScript. */
export const pascal = (text: string): string =>
  text.replace(/(?:^|[-_])(\w)/g, (_, letter: string) => letter.toUpperCase());
export const camel = (text: string): string => text.replace(/[-_](\w)/g, (_, letter: string) => letter.toUpperCase());

/** A property's name, quoted only where it must be. */
export const key = (name: string): string =>
  /^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u.test(name) ? name : JSON.stringify(name);

/** A doc comment of the paragraphs, on one line where it fits; nothing of nothing. */
export const comment = (paragraphs: readonly string[], indent: string): string => {
  const told = paragraphs.filter(Boolean).map((paragraph) => paragraph.replaceAll("*/", "*\\/"));
  const [first] = told;
  if (first === undefined) return "";
  const line = `${indent}/** ${first} */`;
  if (told.length === 1 && line.length <= width && !first.includes("\n") && !first.startsWith("@")) return `${line}\n`;
  const room = width - indent.length - 3;
  const lines = told.flatMap((paragraph, at) => [...(at && !isTag(told, at) ? [""] : []), ...wrapped(paragraph, room)]);
  return `${indent}/**\n${lines.map((text) => `${indent} * ${text}`.trimEnd()).join("\n")}\n${indent} */\n`;
};

/** Tags that follow each other stand without an empty line between them. */
const isTag = (paragraphs: readonly string[], at: number): boolean =>
  [at - 1, at].every((place) => paragraphs[place]?.startsWith("@"));

/** Prose is wrapped; an example's lines stay as they are. */
const wrapped = (paragraph: string, room: number): string[] => {
  if (paragraph.includes("\n")) return paragraph.split("\n");
  const lines: string[] = [];
  let line = "";
  for (const word of paragraph.split(" ")) {
    if (line && line.length + 1 + word.length > room) {
      lines.push(line);
      line = word;
    } else {
      line = line ? `${line} ${word}` : word;
    }
  }
  return [...lines, line];
};

/** A value as TypeScript, on one line where it is short enough for the room. */
export const literal = (value: Json, room: number, indent = ""): string => {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const inner = `${indent}  `;
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  const parts = (nested: string) =>
    Array.isArray(value)
      ? value.map((item) => literal(item, 76, nested))
      : Object.entries(value).map(([name, item]) => `${key(name)}: ${literal(item, 76, nested)}`);
  const space = Array.isArray(value) ? "" : " ";
  const short = `${open}${space}${parts(indent).join(", ")}${space}${close}`;
  if (parts(indent).length === 0) return `${open}${close}`;
  if (short.length <= room && !short.includes("\n")) return short;
  return `${open}\n${parts(inner)
    .map((part) => `${inner}${part},\n`)
    .join("")}${indent}${close}`;
};
