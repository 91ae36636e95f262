/** What stands before a personal token's JWT: secret scanners find it, and no access token has it. */
export const personalPrefix = "ptk_";

/** The `typ` of a personal token; that of an access token is `at+jwt` (RFC 9068, 2.1). Neither passes for the other. */
export const personalTyp = "ptk+jwt";

/** The token of an `Authorization: Bearer` header (RFC 6750, 2.1), or undefined where the header is of another scheme. */
export const bearerOf = (header: string | undefined): string | undefined =>
  header === undefined ? undefined : /^bearer +([\w.~+/-]+=*)$/i.exec(header)?.[1];
