import { textsOf } from "../../src/idp/pages/locale.ts";
import type { View } from "../../src/idp/pages/view.ts";
import { accountViews } from "./gallery-account.ts";
import { signInViews } from "./gallery-sign-in.ts";
import { hostile, rich, type Words } from "./words.ts";

/** Every view, with everything in it that it can have. */
export const gallery = (locale: "en" | "fr", words: Words = rich): Record<string, View> => {
  const texts = textsOf(locale);
  return { ...signInViews(texts, words), ...accountViews(texts, words) };
};

export { hostile, rich };
