import type { Runtime } from "../../runtime.ts";
import { definePage } from "../page.ts";
import { cancel, flowOf } from "./flow.ts";

/** Back to the application without having signed in. */
export const cancelPage = (runtime: Runtime) =>
  definePage({
    path: "/ui/interaction/:uid/cancel",
    inPopup: true,
    get: async (context) => cancel(await flowOf(runtime, context)),
  });
