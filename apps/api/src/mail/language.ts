/** The languages that mails are written in. */
export const languages = ["en", "fr"] as const;
export type Language = (typeof languages)[number];

/** The first of the wishes that there is (`fr-CA` is French), else English. */
export const languageOf = (...wishes: readonly (string | null | undefined)[]): Language => {
  const [first] = wishes.flatMap(
    (wish) => languages.find((one) => one === wish?.split("-", 1)[0]?.toLowerCase()) ?? [],
  );
  return first ?? "en";
};

export const timeIn = (language: Language, at: number): string => {
  const format = new Intl.DateTimeFormat(language, { dateStyle: "long", timeStyle: "short", timeZone: "UTC" });
  return `${format.format(at)} UTC`;
};
