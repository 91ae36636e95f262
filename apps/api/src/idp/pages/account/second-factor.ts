import { userVerifiers } from "@authpi/schema";
import { Type } from "typebox";
import { newBackupCodes } from "../../../core/user-verifiers/backup-codes.ts";
import { present } from "../../../core/user-verifiers/present.ts";
import { regenerateCodes } from "../../../core/user-verifiers/regenerate.ts";
import * as store from "../../../core/user-verifiers/store.ts";
import type { Tx } from "../../../db/tx.ts";
import type { NewEvent } from "../../../events/append.ts";
import { tell } from "../../../events/tell.ts";
import { notFound } from "../../../http/problem.ts";
import type { Runtime } from "../../runtime.ts";
import { accountBackupCodes } from "../views/account-backup-codes.ts";
import { accountSecondFactor } from "../views/account-second-factor.ts";
import { accountPage, backTo, accountPath as base, changing, type Visit } from "./visit.ts";

/** The user's authenticator apps and backup codes. */
export const secondFactorPage = (runtime: Runtime) =>
  accountPage(runtime, {
    path: "/second-factor",
    isSensitive: "forms",
    form: Type.Object({
      intent: Type.Enum(["remove", "backup_codes"]),
      id: Type.Optional(Type.String({ maxLength: 64 })),
    }),
    get: async (visit) => {
      const { runtime, context, props, place } = visit;
      const rows = await runtime.database.transaction(context.issuer.accountId, (tx) => store.list(tx, place));
      const apps = rows.filter(({ type }) => type === "totp");
      const codes = rows.find(({ type }) => type === "backup_codes");
      const view = accountSecondFactor(context.texts, {
        ...props,
        apps: apps.map(({ id, name, created_at, last_used_at }) => ({
          ...{ id, name, createdAt: created_at, lastUsedAt: last_used_at },
        })),
        backupCodesRemaining: codes ? (codes.backup_codes?.length ?? 0) : null,
        addUrl: context.to(`${base}/second-factor/add`),
        removable: !isRequired(visit),
      });
      return context.html(view);
    },
    post: async (visit, { intent, id }) => {
      if (intent === "remove") {
        await changing(visit, "second-factor", (tx) => remove(visit, tx, id ?? ""));
        return backTo(visit, "secondFactor", "factor-removed");
      }
      const { codes } = await changing(visit, "second-factor", (tx) => freshCodes(visit, tx));
      return showCodes(visit, codes);
    },
  });

export const showCodes = ({ context, props }: Visit, codes: string[]) =>
  context.html(accountBackupCodes(context.texts, { ...props, codes }));

const isRequired = ({ context }: Visit): boolean => context.issuer.settings.security.mfa === "required";

const remove = async (visit: Visit, tx: Tx, id: string): Promise<{ events: NewEvent[] }> => {
  const { place, runtime } = visit;
  const rows = await store.lockOfType(tx, place, "totp");
  const row = rows.find((one) => one.id === id);
  // The page offers it for neither: the last one stays where the issuer asks for one.
  if (!row || (rows.length === 1 && isRequired(visit))) throw notFound();
  await store.remove(tx, row);
  const verifier = present(row, runtime.deps.clock.now());
  return { events: [tell(tx, userVerifiers, "user.mfa.factor-deleted", verifier)] };
};

/** New ones in the place of those that there were; the first ones only for who has an app. */
const freshCodes = async (
  { place, runtime: { deps } }: Visit,
  tx: Tx,
): Promise<{ codes: string[]; events: NewEvent[] }> => {
  const user = await store.findUser(tx, place, true);
  const [row] = await store.lockOfType(tx, place, "backup_codes");
  if (row) {
    const { codes, verifier } = await regenerateCodes(tx, deps, row);
    return { codes, events: [tell(tx, userVerifiers, "user.mfa.backup-codes.regenerated", verifier)] };
  }
  if (!user || (user.n_totp ?? 0) === 0) throw notFound();
  const { verifier, codes } = newBackupCodes(deps, place);
  const made = await store.insert(tx, verifier);
  if (!made) throw new Error("Somebody made backup codes past the user's lock.");
  return { codes, events: [tell(tx, userVerifiers, "user.verifier.created", present(made, deps.clock.now()))] };
};
