import type { consentTexts as english } from "../en/consent.ts";

export const consentTexts: typeof english = {
  consent: {
    title: (client) => `${client} demande un accès`,
    lead: (client) => `Si vous l’autorisez, ${client} pourra :`,
    as: "Connecté en tant que",
    organizations: "L’application saura aussi que vous êtes membre de :",
    scopes: {
      openid: "Savoir quel compte est le vôtre",
      profile: "Voir votre nom, votre photo, votre langue et votre fuseau horaire",
      email: "Voir votre adresse e-mail",
      phone: "Voir votre numéro de téléphone",
      address: "Voir votre adresse postale",
      offline_access: "Conserver cet accès en votre absence",
    },
    other: (scope) => `Utiliser « ${scope} »`,
    allow: "Autoriser",
    deny: "Refuser",
    later: "Vous pouvez revenir sur ce choix à tout moment, depuis votre compte.",
    goesTo: (host) => `Vous irez ensuite sur ${host}.`,
    terms: (client) => `Conditions de ${client}`,
    privacy: (client) => `Confidentialité chez ${client}`,
  },
  account: {
    title: "Choisissez un compte",
    lead: (client) => `pour continuer vers ${client}`,
    signedOut: "Déconnecté",
    other: "Utiliser un autre compte",
  },
  organization: {
    title: "Choisissez une organisation",
    lead: (client) => `Où souhaitez-vous utiliser ${client} ?`,
    leadPlain: "Où souhaitez-vous continuer ?",
    none: "Vous n’êtes membre d’aucune organisation avec laquelle cette application peut être utilisée.",
  },
};
