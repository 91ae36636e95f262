import { type Language, timeIn } from "../language.ts";
import { type Content, layOut } from "../layout.ts";
import type { Brand, Written } from "../message.ts";

export interface PasswordChangedMail {
  at: number;
}
export interface EmailChangedMail {
  at: number;
  /** The address now, with most of it hidden: who reads the old one may be a stranger by now. */
  newAddress: string;
}
export interface AccountExistsMail {
  username: string;
}
export interface NewSignInMail {
  at: number;
  /** The browser, as far as it said; null where it did not. */
  device: string | null;
  ip: string | null;
}

type Words<V> = Record<
  Language,
  (values: V, brand: Brand) => Pick<Content, "subject" | "heading" | "paragraphs" | "notes">
>;

const notice =
  <V>(words: Words<V>) =>
  (values: V, brand: Brand, language: Language): Written =>
    layOut({ language, quote: null, button: null, ...words[language](values, brand) }, brand);

export const passwordChangedMail = notice<PasswordChangedMail>({
  en: ({ at }, { name }) => ({
    subject: `Your password for ${name} was changed`,
    heading: "Your password was changed",
    paragraphs: [`The password of your account at ${name} was changed on ${timeIn("en", at)}.`],
    notes: ["If that was not you, set a new password at once, and look at where you are signed in."],
  }),
  fr: ({ at }, { name }) => ({
    subject: `Votre mot de passe pour ${name} a été modifié`,
    heading: "Votre mot de passe a été modifié",
    paragraphs: [`Le mot de passe de votre compte chez ${name} a été modifié le ${timeIn("fr", at)}.`],
    notes: ["Si ce n’était pas vous, choisissez tout de suite un nouveau mot de passe et vérifiez vos sessions."],
  }),
});

export const emailChangedMail = notice<EmailChangedMail>({
  en: ({ at, newAddress }, { name }) => ({
    subject: `Your address for ${name} was changed`,
    heading: "Your address was changed",
    paragraphs: [
      `The address of your account at ${name} was changed to ${newAddress} on ${timeIn("en", at)}.`,
      "Mail about the account no longer goes to this address.",
    ],
    notes: [`If that was not you, somebody else may be in your account: write to ${name}.`],
  }),
  fr: ({ at, newAddress }, { name }) => ({
    subject: `Votre adresse pour ${name} a été modifiée`,
    heading: "Votre adresse a été modifiée",
    paragraphs: [
      `L’adresse de votre compte chez ${name} a été remplacée par ${newAddress} le ${timeIn("fr", at)}.`,
      "Les messages au sujet du compte ne vont plus à cette adresse.",
    ],
    notes: [`Si ce n’était pas vous, quelqu’un d’autre utilise peut-être votre compte : écrivez à ${name}.`],
  }),
});

export const accountExistsMail = notice<AccountExistsMail>({
  en: ({ username }, { name }) => ({
    subject: `You have an account at ${name} already`,
    heading: "You have an account already",
    paragraphs: [
      `Somebody, hopefully you, wanted to make an account at ${name} with this address. There is one: ${username}.`,
      "Sign in instead; where you have forgotten the password, ask for a new one there.",
    ],
    notes: ["If that was not you, ignore this mail: nothing has changed."],
  }),
  fr: ({ username }, { name }) => ({
    subject: `Vous avez déjà un compte chez ${name}`,
    heading: "Vous avez déjà un compte",
    paragraphs: [
      `Quelqu’un, vous espérons-nous, a voulu créer un compte chez ${name} avec cette adresse. Il existe déjà : ${username}.`,
      "Connectez-vous plutôt ; si vous avez oublié le mot de passe, demandez-en un nouveau à cet endroit.",
    ],
    notes: ["Si ce n’était pas vous, ignorez ce message : rien n’a changé."],
  }),
});

export const newSignInMail = notice<NewSignInMail>({
  en: ({ at, device, ip }, { name }) => ({
    subject: `A new sign-in to ${name}`,
    heading: "A new sign-in",
    paragraphs: [
      `Your account at ${name} was signed in to on ${timeIn("en", at)}, from a device that it did not know.`,
      ...(device === null ? [] : [`Browser: ${device}`]),
      ...(ip === null ? [] : [`Address: ${ip}`]),
    ],
    notes: ["If that was not you, change your password, and end the session."],
  }),
  fr: ({ at, device, ip }, { name }) => ({
    subject: `Nouvelle connexion à ${name}`,
    heading: "Nouvelle connexion",
    paragraphs: [
      `Votre compte chez ${name} a été utilisé le ${timeIn("fr", at)} depuis un appareil encore inconnu.`,
      ...(device === null ? [] : [`Navigateur : ${device}`]),
      ...(ip === null ? [] : [`Adresse : ${ip}`]),
    ],
    notes: ["Si ce n’était pas vous, changez votre mot de passe et mettez fin à la session."],
  }),
});
