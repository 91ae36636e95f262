import type { Language } from "../language.ts";
import { type Content, layOut } from "../layout.ts";
import type { Brand, Written } from "../message.ts";

export interface CodeMail {
  /** Of the one-time code: a mail whose code has ended does not leave. Null where the address is nobody\'s: it never does. */
  codeId: string | null;
  code: string;
}

/** The code stands first in the subject, where a list of mails and a telephone's notice show it. */
type Words = Record<
  Language,
  (brand: Brand, code: string) => Pick<Content, "subject" | "heading" | "paragraphs" | "notes">
>;

const codeMail =
  (words: Words) =>
  ({ code }: CodeMail, brand: Brand, language: Language): Written =>
    layOut({ language, quote: null, button: null, code, ...words[language](brand, code) }, brand);

const lasts = {
  en: "The code works once, for ten minutes, and only on the page that asked for it.",
  fr: "Le code fonctionne une seule fois, pendant dix minutes, et seulement sur la page qui l’a demandé.",
};
const never = {
  en: "Nobody of ours will ever ask you for it.",
  fr: "Personne de chez nous ne vous le demandera jamais.",
};

export const signInCodeMail = codeMail({
  en: ({ name }, code) => ({
    subject: `${code} is your code for ${name}`,
    heading: "Sign in",
    paragraphs: [`Type this code to sign in to ${name}.`],
    notes: [lasts.en, `${never.en} If you did not ask to sign in, ignore this mail.`],
  }),
  fr: ({ name }, code) => ({
    subject: `${code} est votre code pour ${name}`,
    heading: "Connexion",
    paragraphs: [`Saisissez ce code pour vous connecter à ${name}.`],
    notes: [lasts.fr, `${never.fr} Si vous n’avez pas demandé à vous connecter, ignorez ce message.`],
  }),
});

export const verifyEmailMail = codeMail({
  en: ({ name }, code) => ({
    subject: `${code} confirms your address for ${name}`,
    heading: "Confirm your address",
    paragraphs: [`Type this code to confirm that this address is yours, for ${name}.`],
    notes: [lasts.en, `${never.en} If you did not ask for it, ignore this mail: the address stays unconfirmed.`],
  }),
  fr: ({ name }, code) => ({
    subject: `${code} confirme votre adresse pour ${name}`,
    heading: "Confirmez votre adresse",
    paragraphs: [`Saisissez ce code pour confirmer à ${name} que cette adresse est la vôtre.`],
    notes: [
      lasts.fr,
      `${never.fr} Si vous ne l’avez pas demandé, ignorez ce message : l’adresse restera non confirmée.`,
    ],
  }),
});

export const changeEmailMail = codeMail({
  en: ({ name }, code) => ({
    subject: `${code} confirms your new address for ${name}`,
    heading: "Confirm your new address",
    paragraphs: [`Type this code to make this the address of your account at ${name}.`],
    notes: [lasts.en, `${never.en} If you did not ask for it, ignore this mail: nothing changes without the code.`],
  }),
  fr: ({ name }, code) => ({
    subject: `${code} confirme votre nouvelle adresse pour ${name}`,
    heading: "Confirmez votre nouvelle adresse",
    paragraphs: [`Saisissez ce code pour faire de cette adresse celle de votre compte chez ${name}.`],
    notes: [lasts.fr, `${never.fr} Si vous ne l’avez pas demandé, ignorez ce message : rien ne change sans le code.`],
  }),
});
