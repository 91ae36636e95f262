import type { Tx } from "../../db/tx.ts";
import { normalizeUsername } from "../../domain/usernames.ts";
import type { UserRow } from "./store.ts";
import * as store from "./store.ts";

/** The user whom somebody names at a page, by whatever kind of name it is; a deleted one is found only where that is asked for. */
export const findByIdentifier = (
  tx: Tx,
  issuerId: string,
  identifier: string,
  options: { lock: boolean; deleted?: boolean } = { lock: false },
): Promise<UserRow | undefined> => {
  const names = types.flatMap((type) => {
    const name = normalizeUsername(type, identifier);
    return name === undefined ? [] : [{ type, name }];
  });
  // The same query for what can be no name.
  return store.findByName(tx, issuerId, names.length > 0 ? names : [{ type: "unique-name", name: "" }], options);
};

/** Where mail to the user goes; null where there is no address. `isProved` says whether somebody has shown that it is theirs. */
export const mailAddressOf = ({
  username_type,
  username,
  profile,
}: UserRow): { address: string; isProved: boolean } | null => {
  const { email } = profile;
  const address = email === null && username_type === "email" ? username : email && oneForm(email);
  return address === null ? null : { address, isProved: profile.email_verified };
};

const oneForm = (email: string): string => normalizeUsername("email", email) ?? email.toLowerCase();

const types = ["email", "phone", "unique-name"] as const;
