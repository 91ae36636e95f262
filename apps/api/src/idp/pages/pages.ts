import type { Runtime } from "../runtime.ts";
import type { PageDefinition } from "./page.ts";
import { cancelPage } from "./sign-in/cancel.ts";
import { identifierPage } from "./sign-in/identifier.ts";
import { passwordPage } from "./sign-in/password.ts";

/** Every page that the server has. */
export const pagesOf = (runtime: Runtime): readonly PageDefinition[] =>
  [identifierPage, passwordPage, cancelPage].map((make) => make(runtime) as PageDefinition);
