import { Type } from "typebox";
import { lockedProblem } from "../../../core/credential-locks/locks.ts";
import { checkFactor } from "../../../core/user-verifiers/check-factor.ts";
import type { UserRow } from "../../../core/users/store.ts";
import type { Runtime } from "../../runtime.ts";
import { definePage } from "../page.ts";
import { backupCode } from "../views/backup-code.ts";
import { totp } from "../views/totp.ts";
import { type Flow, flowOf, formActionsOf, within } from "./flow.ts";
import { halfway, isTrusted, nextFactor, signInByTwo, trustBrowser, trustDaysOf } from "./second-factor.ts";

const form = Type.Object({
  code: Type.String({ maxLength: 64 }),
  trust: Type.Optional(Type.String({ maxLength: 3 })),
});

/** The code that the user's authenticator app shows, or one of the backup codes; nobody comes here without the first factor. */
const codePage = (runtime: Runtime, kind: "totp" | "backup-code") =>
  definePage({
    path: `/ui/interaction/:uid/${kind}`,
    inPopup: true,
    form,
    get: async (context) => {
      const flow = await flowOf(runtime, context);
      const half = await halfway(flow);
      if (!half) return context.redirect(flow.path());
      const next = await nextFactor(flow, half.user);
      if (next !== "totp") return context.redirect(flow.path(next));
      return show(flow, kind, half.user);
    },
    post: async ({ form: { code, trust }, ...context }) => {
      const flow = await flowOf(runtime, context);
      const half = await halfway(flow);
      if (!half?.user.security.totp_enrolled) return context.redirect(flow.path());
      const { user } = half;
      const { deps } = runtime;
      const type = kind === "totp" ? "totp" : "backup_codes";
      const asked = {
        type,
        code,
        source: context.request.ip,
        isTrusted: await isTrusted(flow, user, { use: false }),
      } as const;
      const checked = await within(flow, `sign-in.${kind}`, async (tx) => {
        const outcome = await checkFactor({ tx, deps }, user, asked);
        if (outcome.outcome !== "right" || trust !== "yes") return outcome;
        return { ...outcome, events: [...outcome.events, ...(await trustBrowser(flow, tx, user))] };
      });
      if (checked.outcome === "locked") throw lockedProblem(checked, deps.clock.now());
      if (checked.outcome === "wrong") return show(flow, kind, user, context.texts.errors.code);
      return signInByTwo(flow, half);
    },
  });

export const totpPage = (runtime: Runtime) => codePage(runtime, "totp");
export const backupCodePage = (runtime: Runtime) => codePage(runtime, "backup-code");

const show = (flow: Flow, kind: "totp" | "backup-code", user: UserRow, error?: string) => {
  const { context } = flow;
  const trustDays = trustDaysOf(flow);
  const props = {
    csrf: context.csrf,
    identifier: user.username,
    otherAccountUrl: flow.at(),
    ...(trustDays !== undefined && { trustDays }),
    errors: { code: error },
  };
  const hasBackup = user.security.backup_codes_remaining > 0;
  const shown =
    kind === "totp"
      ? totp(context.texts, { ...props, ...(hasBackup && { backupCodeUrl: flow.at("backup-code") }) })
      : backupCode(context.texts, { ...props, totpUrl: flow.at("totp") });
  return context.html(shown, { formActions: formActionsOf(flow), ...(error && { status: 400 }) });
};
