import { describe, expect, test } from "vitest";
import { languageOf, languages } from "../../src/mail/language.ts";
import { render } from "../../src/mail/render.ts";

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
