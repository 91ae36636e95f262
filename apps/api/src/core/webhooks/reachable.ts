import { invalidField } from "../../http/problem.ts";
import type { Outgoing } from "../../outgoing/outgoing.ts";

/** @throws {Problem} 400 where nothing would ever be sent there. */
export const requireReachable = (outgoing: Outgoing, url: string): void => {
  const refusal = outgoing.refuses(url);
  if (refusal) throw invalidField("url", refusal);
};
