type UsernameType = "email" | "phone" | "unique-name";

/** The one form of a username, or undefined where it is none of its type. */
export const normalizeUsername = (type: UsernameType, text: string): string | undefined => {
  const name = text.normalize("NFKC").trim();
  if (type === "email") return matched(name.toLowerCase(), email);
  // Digits alone, as they are dialled from abroad (E.164).
  if (type === "phone") return matched(name.replace(/[\s().-]/g, ""), phone);
  return matched(name.toLowerCase(), uniqueName);
};

const email = /^[^\s@\p{Cc}]{1,64}@[^\s@\p{Cc}.]+(\.[^\s@\p{Cc}.]+)*$/u;
const phone = /^\+[1-9]\d{5,14}$/;
const uniqueName = /^[^\s\p{Cc}]{1,200}$/u;

const matched = (name: string, form: RegExp): string | undefined =>
  form.test(name) && name.length <= 254 ? name : undefined;
