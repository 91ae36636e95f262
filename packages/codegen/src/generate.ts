import { resources } from "@authpi/schema";
import { openapi } from "./openapi/document.ts";
import { operationsText } from "./operations-text.ts";
import { errorsPage } from "./pages/errors-page.ts";
import { eventsPage } from "./pages/events-page.ts";
import { scopesPage } from "./pages/scopes-page.ts";
import { routesOf } from "./route.ts";
import { sealed } from "./seal.ts";
import { adminTree } from "./typescript.ts";

/** Everything that follows from the contracts: the texts, by their path from the repository's root. */
export const generate = (): Map<string, string> => {
  const routes = routesOf(resources);
  const texts = new Map([
    ["docs/generated/openapi.json", `${JSON.stringify(openapi(resources), null, 2)}\n`],
    ["docs/generated/operations.txt", operationsText(routes)],
    ["docs/generated/errors.md", errorsPage()],
    ["docs/generated/events.md", eventsPage(routes)],
    ["docs/generated/scopes.md", scopesPage(routes)],
  ]);
  const pages = [...texts].map(([path, text]) => [path, sealed(path, text)] as const);
  return new Map([...pages, ...adminTree(resources)]);
};
