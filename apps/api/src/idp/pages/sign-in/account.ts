import { Type } from "typebox";
import type { Runtime } from "../../runtime.ts";
import { claimsOf, findSubject } from "../../subject.ts";
import { definePage } from "../page.ts";
import { chooseAccount } from "../views/choose-account.ts";
import { answer, asAnother, type Flow, flowOf, formActionsOf, signedIn } from "./flow.ts";

/** Whether to go on as who is signed in, or as somebody else. */
export const accountPage = (runtime: Runtime) =>
  definePage({
    path: "/ui/interaction/:uid/account",
    inPopup: true,
    form: Type.Object({ account: Type.String({ maxLength: 64 }) }),
    get: async (context) => {
      const flow = await flowOf(runtime, context);
      return isAsked(flow) ? show(flow) : context.redirect(flow.path());
    },
    post: async ({ form, ...context }) => {
      const flow = await flowOf(runtime, context);
      const user = isAsked(flow) ? await signedIn(flow) : undefined;
      if (!user) return context.redirect(flow.path());
      if (user.id !== form.account) return context.leave(asAnother(flow));
      return answer(flow, { select_account: {} });
    },
  });

const isAsked = ({ interaction }: Flow): boolean => interaction.prompt.name === "select_account";

const show = async (flow: Flow) => {
  const { runtime, context, client } = flow;
  const user = await signedIn(flow);
  const shown = { mode: "none" as const, ids: [] };
  const subject = user && (await findSubject(runtime, context.issuer, { userId: user.id, shown }));
  // Nobody is there to choose from.
  if (!subject) return context.leave(asAnother(flow));
  const name = String(claimsOf(subject).name ?? "");
  const account = {
    id: subject.userId,
    name: name === subject.username || name === "" ? null : name,
    identifier: subject.username,
    signedIn: true,
  };
  return context.html(
    chooseAccount(context.texts, {
      csrf: context.csrf,
      client,
      accounts: [account],
      otherAccountUrl: asAnother(flow),
    }),
    { formActions: formActionsOf(flow) },
  );
};
