import { Type } from "typebox";
import { listConsents, revokeConsent } from "../../../core/consents/revoke.ts";
import { endSessions } from "../../../core/sessions/end.ts";
import type { Tx } from "../../../db/tx.ts";
import { askerAt, type Runtime } from "../../runtime.ts";
import { removeOfClient } from "../../storage/artifacts.ts";
import { tellTerminated } from "../../storage/endings.ts";
import { accountApplications } from "../views/account-applications.ts";
import { accountPage, backTo, changing, reading, type Visit, whoOf } from "./visit.ts";

/** What the user has let external clients have. */
export const applicationsPage = (runtime: Runtime) =>
  accountPage(runtime, {
    path: "/applications",
    form: Type.Object({ intent: Type.Enum(["revoke"]), id: Type.String() }),
    get: async (visit) => {
      const { issuer_id: issuerId, user_id: userId } = visit.place;
      const rows = await reading(visit, (tx) => listConsents(tx, { issuerId, userId }));
      const applications = rows.map(({ client_id: id, name, scopes, created_at: grantedAt }) => ({
        ...{ id, name, scopes, grantedAt },
      }));
      return visit.context.html(accountApplications(visit.context.texts, { ...visit.props, applications }));
    },
    post: async (visit, { id: clientId }) => {
      const { issuer_id: issuerId, user_id: userId } = visit.place;
      await changing(visit, "applications", async (tx) => {
        const revoked = await revokeConsent(tx, { issuerId, userId, clientId });
        await endAt(tx, visit, clientId);
        return revoked;
      });
      return backTo(visit, "applications", "application-revoked");
    },
  });

/** The user's sessions at the client end, and its codes and refresh tokens with them. */
const endAt = async (tx: Tx, visit: Visit, clientId: string): Promise<void> => {
  const { issuer_id: issuerId, user_id: userId } = visit.place;
  const sessions = await tx
    .from("sessions")
    .select("id")
    .where("issuer_id", "=", issuerId)
    .where("user_id", "=", userId)
    .where("client_id", "=", clientId)
    .where("status", "<>", "revoked")
    .execute();
  const why = { status_reason: "The user took back their consent", status_by: userId };
  const ids = sessions.map(({ id }) => id);
  const ended = await endSessions(tx, issuerId, ids, why, visit.now);
  await removeOfClient(tx, issuerId, { userId, clientId });
  await tellTerminated(tx, visit.runtime, ended, askerAt(visit.context.request), whoOf(visit, "applications"));
};
