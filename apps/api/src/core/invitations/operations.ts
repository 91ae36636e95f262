import { invitations } from "@authpi/schema";
import { toPage } from "../../http/cursor.ts";
import { type Call, room } from "../../http/room.ts";
import { create } from "./create.ts";
import { present } from "./present.ts";
import { resend } from "./resend.ts";
import { revoke } from "./revoke.ts";
import * as store from "./store.ts";
import { update } from "./update.ts";

type Operations = (typeof invitations)["operations"];
export type InvitationCall<Name extends keyof Operations> = Call<
  typeof invitations,
  Operations[Name],
  store.InvitationRow
>;

export const invitationRoom = room<typeof invitations, store.InvitationRow>(invitations, {
  load: ({ tx, params, lock }) => store.find(tx, params, params.invitation_id, lock),
  operations: {
    list: async ({ tx, params, query, page, deps }) => {
      const now = deps.clock.now();
      const rows = await store.list(tx, params, query, page, now);
      return toPage(
        rows,
        page,
        (row) => [row.id],
        (row) => present(row, now),
      );
    },

    create,
    get: ({ row, deps }) => present(row, deps.clock.now()),
    update,
    resend,

    revoke: (call) => revoke(call),
  },
});
