/** What an application may do, and as whom, in which organization. */
export const consentTexts = {
  consent: {
    title: (client: string) => `${client} asks for access`,
    lead: (client: string) => `If you allow it, ${client} can:`,
    as: "Signed in as",
    organizations: "It also learns of your membership in:",
    scopes: {
      openid: "Know which account is yours",
      profile: "See your name, picture, language and time zone",
      email: "See your email address",
      phone: "See your phone number",
      address: "See your postal address",
      offline_access: "Keep this access while you are away",
    } as Record<string, string>,
    other: (scope: string) => `Use “${scope}”`,
    allow: "Allow",
    deny: "Deny",
    later: "You can take this back at any time, in your account.",
    goesTo: (host: string) => `Then you go on to ${host}.`,
    terms: (client: string) => `Terms of ${client}`,
    privacy: (client: string) => `Privacy at ${client}`,
  },
  account: {
    title: "Choose an account",
    lead: (client: string) => `to continue to ${client}`,
    signedOut: "Signed out",
    other: "Use another account",
  },
  organization: {
    title: "Choose an organization",
    lead: (client: string) => `Where do you want to use ${client}?`,
    leadPlain: "Where do you want to go on?",
    none: "You are not a member of any organization that this application can be used with.",
  },
};
