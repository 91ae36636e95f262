import { describe, expect, test } from "vitest";
import { type Language, languageOf, languages } from "../../src/mail/language.ts";
import { type MailValues, render, type Template } from "../../src/mail/render.ts";

const brand = { name: "Acme", logoUrl: "https://example.com/logo.png", color: "#3355ff" };
const values = {
  organization: "Globex",
  inviter: "Grace",
  userTitle: "Accountant",
  message: "Welcome!\nSee you.",
  link: "https://id.example.com/i_1/ui/invitations/ain_x",
  expiresAt: Date.UTC(2027, 0, 31, 13, 5),
};

describe.each(languages)("in %s", (language) => {
  test("a mail says everything in both of its forms, and its link is in both", () => {
    const mail = render("invitation", values, brand, language);
    for (const text of ["Globex", "Grace", "Accountant", "Acme", "2027", values.link]) {
      expect(mail.text).toContain(text);
      expect(mail.html).toContain(text.replaceAll("=", "&#61;"));
    }
    expect(mail.text).toContain("> Welcome!\n> See you.");
    expect(mail.links).toEqual([values.link]);
    expect(mail.html).toContain(`<html lang="${language}">`);
    expect(mail.text + mail.html).not.toMatch(/undefined|null|\[object|\\/);
  });

  test("a mail without an inviter, a title and a message is whole too", () => {
    const mail = render("invitation", { ...values, inviter: null, userTitle: null, message: null }, brand, language);
    expect(mail.text + mail.html).not.toMatch(/undefined|null|blockquote|> /);
  });
});

const code = { codeId: "otc_x", code: "012345" };
const link = { codeId: "otc_x", link: "https://id.example.com/i_1/ui/link/aln_x" };
const at = Date.UTC(2027, 0, 31, 13, 5);
const others: Partial<MailValues> = {
  "sign-in-code": code,
  "verify-email": code,
  "change-email": code,
  "sign-in-link": link,
  "reset-password": link,
  "password-changed": { at },
  "email-changed": { at, newAddress: "a…@example.com" },
  "account-exists": { username: "ada@example.com" },
  "new-sign-in": { at, device: "Firefox on Linux", ip: "192.0.2.7" },
};

describe.each(Object.keys(others) as Template[])("the mail %s", (template) => {
  const given = others[template] ?? values;
  const write = (language: Language, more: object = {}) => render(template, { ...given, ...more }, brand, language);

  test.each(languages)("says the same in both of its forms, in %s", (language) => {
    const mail = write(language);
    for (const [name, value] of Object.entries(given)) {
      if (name === "codeId") continue;
      const text = name === "at" ? "2027" : String(value);
      expect(mail.text).toContain(text);
      expect(mail.html).toContain(text);
    }
    expect(mail.text).toContain("Acme");
    expect(mail.html).toContain(`<html lang="${language}">`);
    expect(mail.links).toEqual("link" in given ? [given.link] : []);
    expect(mail.html.match(/href="[^"]*"/g) ?? []).toHaveLength(mail.links.length);
    expect(mail.text + mail.html + mail.subject).not.toMatch(/undefined|null|\[object|\\|otc_x/);
  });

  test("is another one in each language", () => {
    const [english, french] = [write("en"), write("fr")];
    expect(english.subject).not.toBe(french.subject);
    const paragraphs = ({ text }: { text: string }) => text.split("\n\n").filter((part) => / \w+ \w+ /.test(part));
    for (const part of paragraphs(english)) expect(french.text).not.toContain(part);
  });
});

test("a mail of a new sign-in says what is known", () => {
  const { text } = render("new-sign-in", { at, device: null, ip: null }, brand, "en");
  expect(text).not.toMatch(/null|Browser|Address/);
});

test("what people write is text in the HTML, wherever it stands", () => {
  const odd = `<img src=x onerror="alert(1)">&'`;
  const strange = { ...values, organization: odd, inviter: odd, userTitle: odd, message: odd };
  const { html } = render("invitation", strange, { ...brand, name: odd }, "en");
  expect(html).not.toContain("<img src=x");
  expect(html).not.toContain(`onerror="`);
  expect(html.match(/<img /g)).toHaveLength(1);
});

test("a subject is one line", () => {
  const { subject } = render("invitation", { ...values, organization: "A\r\nBcc: x@evil.example\u2028B" }, brand, "en");
  expect(subject).toBe("You are invited to A Bcc: x@evil.example B");
});

test("an issuer's colour and logo get in where they are of the form of one", () => {
  const htmlWith = (more: object) => render("invitation", values, { ...brand, ...more }, "en").html;
  expect(htmlWith({})).toContain('<img src="https://example.com/logo.png" alt="Acme"');
  for (const logoUrl of [null, "javascript:alert(1)", "data:image/png,x", 'https://x/"onerror=']) {
    expect(htmlWith({ logoUrl })).not.toContain("<img");
  }
  for (const color of [null, "red", "#fff", "#000000;background:url(//evil)"]) {
    expect(htmlWith({ color })).toContain("background:#3355ff;color:#ffffff");
  }
  expect(htmlWith({ color: "#ffee00" })).toContain("background:#ffee00;color:#000000");
});

test("a language is the first wish that there is", () => {
  expect(languageOf("fr-CA", "en")).toBe("fr");
  expect(languageOf("de", "FR")).toBe("fr");
  expect(languageOf(null, undefined, "", "freezing")).toBe("en");
});
