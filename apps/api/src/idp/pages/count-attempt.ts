import { sourceOf } from "../../domain/ip.ts";
import { countApart } from "../../limits/count.ts";
import type { Runtime } from "../runtime.ts";
import type { PageContext } from "./page.ts";

/**
 * Counts one more attempt to get in from where the request comes, whatever becomes of it.
 *
 * @throws {RateLimited} where it is one too many.
 */
export const countAttempt = (
  { database, deps }: Pick<Runtime, "database" | "deps">,
  { issuer, request }: Pick<PageContext, "issuer" | "request">,
): Promise<void> =>
  countApart(database, issuer.accountId, deps, { limit: "signIn", of: `${issuer.id}:${sourceOf(request.ip)}` });
