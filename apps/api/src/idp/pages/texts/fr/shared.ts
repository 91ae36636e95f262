import type { shared as english } from "../en/shared.ts";

export const shared: typeof english = {
  page: {
    skip: "Aller au contenu",
    language: "Langue",
    footer: "À propos de ce site",
    privacy: "Confidentialité",
    terms: "Conditions d’utilisation",
    support: "Aide",
    titleOf: (title, issuer) => `${title} · ${issuer}`,
    refused: (title) => `Erreur : ${title}`,
  },
  form: {
    optional: "(facultatif)",
    problems: "Veuillez corriger les points suivants.",
    continue: "Continuer",
    save: "Enregistrer",
    cancel: "Annuler",
    back: "Retour",
    done: "Terminé",
  },
  errors: {
    required: "Ce champ est obligatoire.",
    email: "Ce n’est pas une adresse e-mail, comme nom@exemple.fr.",
    tooLong: "Ce texte est trop long.",
    invalid: "Cette valeur n’est pas valide.",
    signIn: "Le compte ou le mot de passe est incorrect.",
    code: "Ce code est incorrect ou a expiré.",
    passwordShort: (least) => `Un mot de passe compte au moins ${least} caractères.`,
    passwordLong: (most) => `Un mot de passe compte au plus ${most} caractères.`,
    passwordCommon: "Ce mot de passe est l’un des plus répandus. Veuillez en choisir un autre.",
    passwordSame: "C’est déjà votre mot de passe.",
    currentPassword: "Ce n’est pas votre mot de passe actuel.",
    emailTaken: "Cette adresse ne peut pas être utilisée.",
    domain: "Les adresses de ce domaine ne permettent pas de s’inscrire ici.",
    timezone: "Ce n’est pas un fuseau horaire, comme Europe/Paris.",
    url: "Ce n’est pas une adresse, comme https://exemple.fr/moi.png.",
    lastFactor: "Un second facteur est obligatoire ici : celui-ci ne peut pas être supprimé.",
  },
  failure: {
    reference: "Référence",
    home: "Recommencer",
    notFound: "Cette page n’existe pas",
    notFoundText: "L’adresse est peut-être mal saisie, ou la page n’existe plus.",
    method: "Cette page ne s’utilise pas ainsi",
    methodText: "Veuillez revenir en arrière et réessayer.",
    denied: "Ce n’est pas autorisé",
    deniedText: "Vous n’avez pas accès à cette page.",
    invalid: "La demande n’est pas correcte",
    invalidText: "Veuillez revenir en arrière et réessayer. S’il s’agit d’un lien, il est peut-être incomplet.",
    stale: "Cette page n’est plus à jour",
    staleText:
      "Le formulaire est resté ouvert trop longtemps, ou votre navigateur n’accepte pas les cookies de ce site. Veuillez revenir en arrière, recharger la page et réessayer.",
    conflict: "Les données ont changé entre-temps",
    conflictText: "Veuillez revenir en arrière, recharger la page et vérifier ce qui s’y trouve maintenant.",
    internal: "Une erreur s’est produite",
    internalText: "L’erreur vient de nous et elle a été enregistrée. Veuillez réessayer dans un instant.",
    unavailable: "Nous revenons dans un instant",
    unavailableText: "Le service ne répond pas pour le moment. Veuillez réessayer dans quelques instants.",
    expired: "Cette connexion a expiré",
    expiredText:
      "Elle est restée ouverte trop longtemps, ou elle s’est terminée dans une autre fenêtre. Veuillez retourner à l’application et recommencer.",
    client: "Impossible de répondre à cette demande",
    clientText:
      "L’application a envoyé une demande incorrecte. Veuillez y retourner ; si cela se reproduit, prévenez les personnes qui en ont la charge.",
  },
  limited: {
    title: "Trop de tentatives",
    text: (minutes) =>
      minutes <= 1
        ? "Veuillez patienter une minute, puis réessayer."
        : `Veuillez patienter ${minutes} minutes, puis réessayer.`,
    why: "Nous protégeons ainsi les comptes contre les essais au hasard. Rien n’a été modifié.",
  },
};
