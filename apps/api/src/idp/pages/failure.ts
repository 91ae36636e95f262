import type { ErrorName } from "@authpi/schema";
import type { Problem } from "../../http/problem.ts";
import { StaleForm } from "./csrf.ts";
import type { Texts, View } from "./view.ts";
import { error } from "./views/error.ts";
import { rateLimited } from "./views/rate-limited.ts";

/** What a problem is to somebody who looks at a page; its own words are for programs. */
export const failureView = (texts: Texts, problem: Problem, reference: string): View => {
  const { failure: t } = texts;
  if (problem.kind === "rateLimited") {
    return rateLimited(texts, { retryAfterSeconds: problem.extras.retryAfterSeconds ?? 60, reference });
  }
  if (problem instanceof StaleForm) return error(texts, { title: t.stale, message: t.staleText, reference });
  const [title, message] = words(texts)[problem.kind] ?? [t.internal, t.internalText];
  return error(texts, { title, message, reference });
};

const words = ({ failure: t }: Texts): Partial<Record<ErrorName, [title: string, text: string]>> => ({
  notFound: [t.notFound, t.notFoundText],
  method: [t.method, t.methodText],
  denied: [t.denied, t.deniedText],
  scope: [t.denied, t.deniedText],
  unauthorized: [t.denied, t.deniedText],
  invalid: [t.invalid, t.invalidText],
  contentType: [t.invalid, t.invalidText],
  tooLarge: [t.invalid, t.invalidText],
  conflict: [t.conflict, t.conflictText],
  running: [t.conflict, t.conflictText],
  precondition: [t.conflict, t.conflictText],
  keyReused: [t.conflict, t.conflictText],
  expired: [t.expired, t.expiredText],
  unavailable: [t.unavailable, t.unavailableText],
});
