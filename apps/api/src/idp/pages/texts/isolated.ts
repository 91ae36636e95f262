/**
 * The same texts, with what is put into them kept from turning the words around it: a name that is written from right to left, or that
 * holds characters which say so, ends where it ends (Unicode Standard Annex 9, first strong isolate).
 */
export const isolated = <T>(texts: T): T => {
  if (typeof texts === "function") {
    const isolating = (...given: unknown[]): unknown =>
      texts(...given.map((one) => (typeof one === "string" ? apart(one) : one)));
    // It takes and gives what the text does: only strings change, and stay strings.
    return isolating as T;
  }
  if (typeof texts !== "object" || texts === null) return texts;
  // The same keys with values of the same types.
  return Object.fromEntries(Object.entries(texts).map(([key, value]) => [key, isolated(value)])) as T;
};

export const apart = (text: string): string => (turning.test(text) ? `\u2068${text}\u2069` : text);

/** Hebrew, Arabic and their neighbours, and the controls of direction. */
const turning = /[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefc]/;
