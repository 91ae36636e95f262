import { Type } from "typebox";
import { leaveOrganization, ownerOf } from "../../../core/members/leave.ts";
import { memberships } from "../../../core/users/store.ts";
import type { Runtime } from "../../runtime.ts";
import { accountOrganizations } from "../views/account-organizations.ts";
import { accountPage, backTo, changing, reading } from "./visit.ts";

const SHOWN_MAX = 200;

/** What the user is a member of. */
export const organizationsPage = (runtime: Runtime) =>
  accountPage(runtime, {
    path: "/organizations",
    form: Type.Object({ intent: Type.Enum(["leave"]), id: Type.String() }),
    get: async (visit) => {
      const { user, context, props } = visit;
      const { rows, owner } = await reading(visit, async (tx) => ({
        rows: await memberships(tx, user, { limit: SHOWN_MAX - 1, after: undefined }),
        owner: await ownerOf(tx),
      }));
      const organizations = rows.map(({ org_id, org_name, user_title, created_at }) => ({
        id: org_id,
        name: org_name,
        title: user_title,
        joinedAt: created_at,
        canLeave: owner !== user.id,
      }));
      return context.html(accountOrganizations(context.texts, { ...props, organizations }));
    },
    post: async (visit, { id }) => {
      const { issuer_id, user_id } = visit.place;
      await changing(visit, "organizations", (tx) => leaveOrganization(tx, { issuer_id, org_id: id }, user_id));
      return backTo(visit, "organizations", "left");
    },
  });
