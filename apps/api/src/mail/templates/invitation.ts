import { type Language, timeIn } from "../language.ts";
import { type Content, layOut } from "../layout.ts";
import type { Brand, Written } from "../message.ts";

export interface InvitationMail {
  organization: string;
  inviter: string | null;
  userTitle: string | null;
  message: string | null;
  link: string;
  expiresAt: number;
}

export const invitationMail = (values: InvitationMail, brand: Brand, language: Language): Written =>
  layOut(
    { language, quote: values.message, ...words[language](values, brand, timeIn(language, values.expiresAt)) },
    brand,
  );

type Words = Omit<Content, "language" | "quote">;

const words: Record<Language, (values: InvitationMail, brand: Brand, until: string) => Words> = {
  en: ({ organization, inviter, userTitle, link }, { name }, until) => ({
    subject: `You are invited to ${organization}`,
    heading: `Join ${organization}`,
    paragraphs: [
      inviter === null
        ? `You are invited to join ${organization} on ${name}.`
        : `${inviter} invites you to join ${organization} on ${name}.`,
      ...(userTitle === null ? [] : [`Your role there: ${userTitle}.`]),
    ],
    button: { label: "See the invitation", url: link },
    notes: [
      `The link works once, until ${until}.`,
      "If you did not expect this invitation, ignore this mail: nothing happens without you.",
    ],
  }),
  fr: ({ organization, inviter, userTitle, link }, { name }, until) => ({
    subject: `Invitation à rejoindre ${organization}`,
    heading: `Rejoignez ${organization}`,
    paragraphs: [
      inviter === null
        ? `Vous êtes invité à rejoindre ${organization} sur ${name}.`
        : `${inviter} vous invite à rejoindre ${organization} sur ${name}.`,
      ...(userTitle === null ? [] : [`Votre fonction : ${userTitle}.`]),
    ],
    button: { label: "Voir l’invitation", url: link },
    notes: [
      `Le lien fonctionne une seule fois, jusqu’au ${until}.`,
      "Si vous n’attendiez pas cette invitation, ignorez ce message : rien ne se fera sans vous.",
    ],
  }),
};
