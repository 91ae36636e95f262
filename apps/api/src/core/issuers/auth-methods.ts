import type { Deps } from "../../deps.ts";

/** A new issuer's ways to sign in and up: a password, or a code by mail. */
export const initialAuthMethods = (deps: Deps, issuerId: string, now: number) =>
  (
    [
      ["password", "Password"],
      ["email-code", "Email code"],
    ] as const
  ).map(([method, name], position) => ({
    id: deps.ids.make("authMethod"),
    issuer_id: issuerId,
    method,
    name,
    enabled: true,
    use: "both" as const,
    position,
    created_at: now,
    updated_at: now,
  }));
