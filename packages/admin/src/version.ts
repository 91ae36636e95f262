/** The version of package.json, for the user agent; a test holds the two together. */
export const version = "0.1.0";
