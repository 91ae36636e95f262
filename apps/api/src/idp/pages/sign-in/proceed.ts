import type { UserRow } from "../../../core/users/store.ts";
import type { Login } from "../../interaction.ts";
import { error } from "../views/error.ts";
import { waitingForApproval } from "../views/waiting-for-approval.ts";
import { type Flow, signIn } from "./flow.ts";
import { nextFactor } from "./second-factor.ts";

/** What the first factor has shown. */
export type FirstFactor = Pick<Login, "method" | "amr">;

/** Whoever has shown who they are goes on: to a second factor where there is to be one, else back to the application. */
export const proceed = async (flow: Flow, user: UserRow, first: FirstFactor) => {
  const { identifier } = flow.progress;
  await flow.keep({
    ...(identifier !== undefined && { identifier }),
    ...{ user_id: user.id, method: first.method, amr: first.amr, shown_at: flow.runtime.deps.clock.now() },
  });
  const page = await nextFactor(flow, user);
  if (page) return flow.context.redirect(flow.path(page));
  return signIn(flow, { accountId: user.id, ...first, acr: "1" });
};

/** Who they are is right, but they do not get in: they have shown it, and so may know why. */
export const refuse = ({ context, progress }: Flow, { status }: Pick<UserRow, "status">) => {
  const { texts, request } = context;
  const shown =
    status === "pending_approval"
      ? waitingForApproval(texts, { email: progress.identifier ?? "" })
      : error(texts, { title: texts.failure.denied, message: texts.failure.deniedText, reference: request.id });
  return context.html(shown, { status: 403 });
};
