import { browserSession, endSession } from "../../op-session.ts";
import type { Runtime } from "../../runtime.ts";
import { definePage } from "../page.ts";
import { accountPath } from "./visit.ts";

/** Ends the session of this browser, where there is one still; `/logout` then says that it is over. */
export const signOutPage = (runtime: Runtime) =>
  definePage({
    path: `${accountPath}/sign-out`,
    post: async (context) => {
      const { issuer, request, reply } = context;
      const session = await browserSession(runtime, issuer, request, reply);
      if (session) await endSession(runtime, issuer, request, reply, session, { trigger: "portal.sign-out" });
      return context.redirect("/logout");
    },
  });
