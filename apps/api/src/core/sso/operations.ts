import { sso } from "@authpi/schema";
import { changesBetween } from "../../events/append.ts";
import { nextStamp } from "../../http/etag.ts";
import { room } from "../../http/room.ts";
import { present } from "../organizations/present.ts";
import { requireSsoHeld, sealSsoSecret } from "../organizations/sso.ts";
import * as organizations from "../organizations/store.ts";

export const ssoRoom = room<typeof sso, organizations.OrganizationRow>(sso, {
  load: ({ tx, params, lock, deps }) =>
    organizations.find(tx, params.issuer_id, params.org_id, {
      ...(lock && { lock: "noKeyUpdate" }),
      now: deps.clock.now(),
    }),
  operations: {
    rotateSecret: async ({ tx, row, caller, deps, emit }) => {
      requireSsoHeld(caller, row, row.sso);
      const now = deps.clock.now();
      const updated_at = nextStamp(now, row);
      const { plain: secret } = deps.secrets.mint("sso", row.id);
      const values = { sso_secret: sealSsoSecret(deps, row, "secret", secret), sso_secret_rotated_at: now };
      const organization = present({ ...row, ...(await organizations.update(tx, row, { ...values, updated_at })) });
      emit("organization.sso.updated", organization, changesBetween(present(row), organization) ?? {});
      return { secret, updated_at };
    },
  },
});
