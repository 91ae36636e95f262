/** Second factors, at sign-in and when they are set up. */
export const secondFactorTexts = {
  totp: {
    title: "Confirm that it is you",
    lead: "Enter the code that your authenticator app shows.",
    code: "Code",
    submit: "Confirm",
    trust: "Trust this device",
    trustHint: (days: number) =>
      `No code is asked for here for ${days} ${days === 1 ? "day" : "days"}. Only on a device of your own.`,
    useBackup: "Use a backup code",
    locked: "Too many wrong codes. Please wait 15 minutes.",
  },
  backup: {
    title: "Enter a backup code",
    lead: "One of those that you kept when you set up the second factor. Each works once.",
    code: "Backup code",
    submit: "Confirm",
    useTotp: "Use the authenticator app",
  },
  enrol: {
    title: "Set up an authenticator app",
    leadRequired: (issuer: string) => `${issuer} asks for a second factor. It takes a minute.`,
    lead: "It shows a code that is asked for when you sign in.",
    scan: "Scan this code with your authenticator app",
    apps: "Any will do, such as 2FAS, Aegis, Google Authenticator or your password manager.",
    picture: "QR code for the authenticator app; the same key follows as text",
    key: "Or type in this key",
    account: "Account",
    code: "Code that the app shows",
    submit: "Confirm and turn on",
    later: "Not now",
    name: "Name",
    nameHint: "Such as the phone that it is on.",
  },
  backupCodes: {
    title: "Keep your backup codes",
    lead: "With one of them you get in when the authenticator app is not at hand. They are shown this once.",
    hint: "Print this page, or copy them to your password manager. Each works once.",
    list: "Backup codes",
    keep: "I have kept them",
  },
};
