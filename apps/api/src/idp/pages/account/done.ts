import type { Texts } from "../view.ts";

/** What a page can say that has been done, by its name in the address: a link cannot make it say anything else. */
export const doneText = (texts: Texts, name: string | undefined): string | undefined =>
  name !== undefined && Object.hasOwn(words, name) ? words[name]?.(texts) : undefined;

const words: Readonly<Record<string, (texts: Texts) => string>> = {
  saved: ({ portal }) => portal.saved,
  "password-changed": ({ changePassword }) => changePassword.changed,
  "session-ended": ({ sessions }) => sessions.ended,
  "others-ended": ({ sessions }) => sessions.othersEnded,
  "factor-added": ({ factors }) => factors.added,
  "factor-removed": ({ factors }) => factors.removed,
  "device-removed": ({ devices }) => devices.removed,
  "token-revoked": ({ tokens }) => tokens.revoked,
  left: ({ organizations }) => organizations.left,
  "application-revoked": ({ applications }) => applications.revoked,
};
