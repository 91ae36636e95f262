import type { TokenIntrospection } from "@authpi/schema";
import type { Refusal } from "../../verification/tokens/facts.ts";

export const refused = (reason: Refusal): TokenIntrospection => ({ active: false, reason });
