import { interactionPolicy } from "oidc-provider";

/**
 * The values that `prompt` takes; `create` is that of OpenID Connect's "Initiating User Registration". By `select_organization` an application
 * lets a member of several organizations choose one, as if it had named it by `org`.
 */
export const promptValues = ["none", "login", "consent", "select_account", "create", "select_organization"] as const;

/** When a person is asked for something, in this order. */
export const interactionPrompts = (): interactionPolicy.DefaultPolicy => {
  const policy = interactionPolicy.base();
  // First-party applications skip consent, native ones included.
  policy.get("consent")?.checks.remove("native_client_prompt");
  policy.add(new interactionPolicy.Prompt({ name: "select_account", requestable: true }), 0);
  policy.add(new interactionPolicy.Prompt({ name: "create", requestable: true }), 0);
  policy.add(new interactionPolicy.Prompt({ name: "select_organization", requestable: true }), 3);
  return policy;
};
