import type { Language } from "../language.ts";
import { type Content, layOut } from "../layout.ts";
import type { Brand, Written } from "../message.ts";

export interface LinkMail {
  /** Of the one-time link: a mail whose link has ended does not leave. Null where the address is nobody\'s: it never does. */
  codeId: string | null;
  link: string;
}

type Words = Record<
  Language,
  (brand: Brand) => Pick<Content, "subject" | "heading" | "paragraphs" | "notes"> & { label: string }
>;

const linkMail =
  (words: Words) =>
  ({ link }: LinkMail, brand: Brand, language: Language): Written => {
    const { label, ...said } = words[language](brand);
    return layOut({ language, quote: null, button: { label, url: link }, ...said }, brand);
  };

export const signInLinkMail = linkMail({
  en: ({ name }) => ({
    subject: `Sign in to ${name}`,
    heading: "Sign in",
    paragraphs: [`With this link you sign in to ${name}.`],
    label: "Sign in",
    notes: [
      "The link works once, for ten minutes.",
      "If you did not ask to sign in, ignore this mail, and do not pass the link on.",
    ],
  }),
  fr: ({ name }) => ({
    subject: `Connexion à ${name}`,
    heading: "Connexion",
    paragraphs: [`Ce lien vous connecte à ${name}.`],
    label: "Se connecter",
    notes: [
      "Le lien fonctionne une seule fois, pendant dix minutes.",
      "Si vous n’avez pas demandé à vous connecter, ignorez ce message et ne transmettez pas le lien.",
    ],
  }),
});

export const resetPasswordMail = linkMail({
  en: ({ name }) => ({
    subject: `Set a new password for ${name}`,
    heading: "Set a new password",
    paragraphs: [`Somebody, hopefully you, asked for a new password of your account at ${name}.`],
    label: "Set a new password",
    notes: [
      "The link works once, for ten minutes. A new password signs you out everywhere.",
      "If you did not ask for it, ignore this mail: your password stays as it is.",
    ],
  }),
  fr: ({ name }) => ({
    subject: `Nouveau mot de passe pour ${name}`,
    heading: "Choisissez un nouveau mot de passe",
    paragraphs: [`Quelqu’un, vous espérons-nous, a demandé un nouveau mot de passe pour votre compte chez ${name}.`],
    label: "Choisir un mot de passe",
    notes: [
      "Le lien fonctionne une seule fois, pendant dix minutes. Un nouveau mot de passe vous déconnecte partout.",
      "Si vous ne l’avez pas demandé, ignorez ce message : votre mot de passe reste le même.",
    ],
  }),
});
