import { Type } from "typebox";

/** Never trimmed: a password is what its user typed, in normal form C. */
export const password = Type.String({
  minLength: 8,
  maxLength: 256,
  writeOnly: true,
  description:
    "8 to 256 characters, none of them required; at least as many as the issuer's `settings.security.password.min_length`, and none of the passwords that everybody uses.",
  examples: ["plum tractor velvet 94"],
});
