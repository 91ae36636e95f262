/** What processes tell each other by NOTIFY. */

/** Sent with the issuer's id in every transaction that raises the issuer's version. */
export const issuerChanged = "issuer_changed";
