import type { Tx } from "../../db/tx.ts";
import type { Deps } from "../../deps.ts";
import type { NewEvent } from "../../events/append.ts";
import type { Language } from "../../mail/language.ts";
import { endSessionsOf } from "../users/end-access.ts";
import { mailPasswordChanged } from "../users/notices.ts";
import type { UserRow } from "../users/store.ts";
import { type PreparedPassword, setPassword } from "./password.ts";

/**
 * A user who is signed in sets their password, or changes it: all their other sessions end, and a mail tells them.
 *
 * @throws {Problem} 400 where the issuer asks for a longer one
 */
export const changePassword = async (
  tx: Tx,
  deps: Deps,
  user: UserRow,
  { password, sessionId, language }: { password: PreparedPassword; sessionId: string; language: Language },
): Promise<{ events: NewEvent[] }> => {
  const set = await setPassword({ tx, deps }, user, password);
  const ended = await endSessionsOf(tx, user, "The password was changed", user, deps.clock.now(), sessionId);
  await mailPasswordChanged(tx, deps, user, language);
  return { events: set.events.map((event) => ({ ...event, data: { ...event.data, ...ended } })) };
};
