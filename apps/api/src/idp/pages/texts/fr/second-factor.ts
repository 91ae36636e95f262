import type { secondFactorTexts as english } from "../en/second-factor.ts";

export const secondFactorTexts: typeof english = {
  totp: {
    title: "Confirmez que c’est bien vous",
    lead: "Saisissez le code affiché par votre application d’authentification.",
    code: "Code",
    submit: "Confirmer",
    trust: "Faire confiance à cet appareil",
    trustHint: (days) =>
      `Aucun code n’y sera demandé pendant ${days} ${days === 1 ? "jour" : "jours"}. Uniquement sur un appareil qui vous appartient.`,
    useBackup: "Utiliser un code de secours",
    locked: "Trop de codes incorrects. Veuillez patienter 15 minutes.",
  },
  backup: {
    title: "Saisissez un code de secours",
    lead: "L’un de ceux que vous avez conservés en configurant le second facteur. Chacun ne sert qu’une fois.",
    code: "Code de secours",
    submit: "Confirmer",
    useTotp: "Utiliser l’application d’authentification",
  },
  enrol: {
    title: "Configurez une application d’authentification",
    leadRequired: (issuer) => `${issuer} demande un second facteur. Cela prend une minute.`,
    lead: "Elle affiche un code qui vous est demandé à la connexion.",
    scan: "Scannez ce code avec votre application d’authentification",
    apps: "N’importe laquelle convient : 2FAS, Aegis, Google Authenticator ou votre gestionnaire de mots de passe.",
    picture: "Code QR pour l’application d’authentification ; la même clé suit en toutes lettres",
    key: "Ou saisissez cette clé",
    account: "Compte",
    code: "Code affiché par l’application",
    submit: "Confirmer et activer",
    later: "Plus tard",
    name: "Nom",
    nameHint: "Par exemple le téléphone sur lequel elle se trouve.",
  },
  backupCodes: {
    title: "Conservez vos codes de secours",
    lead: "L’un d’eux vous permet d’entrer quand vous n’avez pas l’application sous la main. Ils ne sont affichés que cette fois.",
    hint: "Imprimez cette page, ou copiez-les dans votre gestionnaire de mots de passe. Chacun ne sert qu’une fois.",
    list: "Codes de secours",
    keep: "Je les ai conservés",
  },
};
