/**
 * The passwords that everybody tries first, in lower case: 18,000 of eight characters and more, from lists that
 * zxcvbn-ts keeps (MIT). They are read with the first password that somebody sets, so that a start does not wait for them.
 */
export const loadCommonPasswords = async (): Promise<ReadonlySet<string>> => {
  const { dictionary } = await import("@zxcvbn-ts/language-common");
  return new Set(dictionary["passwords-common"].filter(({ length }) => length >= LENGTH_MIN));
};

/** Shorter ones are refused for that. */
const LENGTH_MIN = 8;
