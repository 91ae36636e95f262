import type { Problem } from "../../http/problem.ts";
import type { PageContext } from "./page.ts";

/** The fewest characters that the issuer takes. */
export const minLengthOf = ({ issuer }: Pick<PageContext, "issuer">): number =>
  issuer.settings.security.password.min_length;

/** Why nobody, or nobody here, may have a password, in the reader's words. */
export const refusedPassword = (context: Pick<PageContext, "issuer" | "texts">, problem: Problem): string => {
  const { passwordShort, passwordCommon } = context.texts.errors;
  const isShort = problem.extras.fields?.some(({ code }) => code === "too_short");
  return isShort ? passwordShort(minLengthOf(context)) : passwordCommon;
};
