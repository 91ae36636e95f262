import { ConfigurationError } from "./errors.ts";

/** What belongs to the client or the connection, and where to set it instead. */
const refused = new Map([
  ["authorization", "it follows from apiKey or accessToken"],
  ["host", "it follows from baseUrl"],
  ["user-agent", "it names this library"],
  ["idempotency-key", "use the call's idempotencyKey"],
  ["if-match", "use the call's ifMatch"],
  ["accept", "answers are JSON"],
  ["content-type", "bodies are JSON"],
  ["content-length", "it follows from the body"],
  ["transfer-encoding", "it follows from the body"],
  ["connection", "it is the platform's"],
]);

/** Headers of the caller's, their names in lower case; a ConfigurationError names one that cannot be sent, never its value. */
export const headersOf = (given: Readonly<Record<string, string>> | undefined): Record<string, string> => {
  const headers: Record<string, string> = {};
  for (const [key, value] of Object.entries(given ?? {})) {
    const name = key.toLowerCase();
    const reason = refused.get(name);
    if (reason) throw new ConfigurationError(`the header ${name} cannot be overridden: ${reason}`);
    // RFC 9110, 5.1 and 5.5, without what is beyond ASCII, which platforms encode in different ways.
    if (!/^[!#$%&'*+.^_`|~\w-]+$/.test(name)) throw new ConfigurationError("headers hold a name that cannot be sent");
    if (!/^[\t\x20-\x7e]*$/.test(value))
      throw new ConfigurationError(`the header ${name} has a value that cannot be sent`);
    headers[name] = value;
  }
  return headers;
};
