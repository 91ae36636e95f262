import { interactionPolicy, type KoaContextWithOIDC } from "oidc-provider";
import { find as findUser } from "../core/users/store.ts";
import type { IssuerFacts } from "./configuration.ts";
import type { Runtime } from "./runtime.ts";
import { asksForSecondFactor, entryAsks } from "./second-factor.ts";

/**
 * The values that `prompt` takes; `create` is that of OpenID Connect's "Initiating User Registration". By `select_organization` an application
 * lets a member of several organizations choose one, as if it had named it by `org`.
 */
export const promptValues = ["none", "login", "consent", "select_account", "create", "select_organization"] as const;

/** When a person is asked for something, in this order. */
export const interactionPrompts = (runtime: Runtime, issuer: IssuerFacts): interactionPolicy.DefaultPolicy => {
  const policy = interactionPolicy.base();
  // First-party applications skip consent, native ones included.
  policy.get("consent")?.checks.remove("native_client_prompt");
  policy
    .get("login")
    ?.checks.add(
      new interactionPolicy.Check("second_factor", "a second factor is required", "login_required", (ctx) =>
        lacksSecondFactor(runtime, issuer, ctx),
      ),
    );
  policy.add(new interactionPolicy.Prompt({ name: "select_account", requestable: true }), 0);
  policy.add(new interactionPolicy.Prompt({ name: "create", requestable: true }), 0);
  policy.add(new interactionPolicy.Prompt({ name: "select_organization", requestable: true }), 3);
  return policy;
};

/** Who came in by one factor signs in again where two are asked for: an organization by all, an application by those who have them. */
const lacksSecondFactor = async (
  runtime: Runtime,
  issuer: IssuerFacts,
  { oidc: { session, client, params = {}, result } }: KoaContextWithOIDC,
): Promise<boolean> => {
  const userId = session?.accountId;
  if (!userId || !client || session.acr === "2") return false;
  // The sign-in that this was asked for has just seen to it.
  if (!result?.login && asksForSecondFactor(issuer.settings, params)) {
    const user = await runtime.database.transaction(issuer.accountId, (tx) =>
      findUser(tx, issuer.id, userId, { lock: false }),
    );
    if (user?.security.totp_enrolled) return true;
  }
  return entryAsks(runtime, issuer, { userId, client, params, result });
};
