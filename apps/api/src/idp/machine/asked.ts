import { requireOnce } from "./credentials.ts";
import type { Params } from "./form.ts";
import { OAuthError } from "./oauth-error.ts";

/** What a token is asked for; `flaw` is why nobody is given one for it, which only who has proved itself is told. */
export interface Asked {
  /** Null: all that it may have (RFC 6749, 3.3). */
  scopes: readonly string[] | null;
  resources: readonly string[];
  /** An empty text where it names none that there could be. */
  orgId: string | null;
  flaw: OAuthError | undefined;
}

const scopeForm = /^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/;

export const askedOf = (params: Params): Asked => {
  const nothing = { scopes: null, resources: [], orgId: null };
  try {
    requireOnce(params, ["scope", "org"]);
    // Neither is a list: that was just refused.
    const { scope, org } = params as { scope?: string; org?: string };
    if (scope !== undefined && !scopeForm.test(scope)) {
      throw new OAuthError("invalid_scope", "scope contains invalid characters");
    }
    return {
      scopes: scope === undefined ? null : [...new Set(scope.split(" "))],
      resources: resourcesOf(params),
      orgId: org === undefined ? null : (/^org_[0-9a-z]{25,32}$/.exec(org)?.[0] ?? ""),
      flaw: undefined,
    };
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error;
    return { ...nothing, flaw: error };
  }
};

/** Absolute URIs without a fragment (RFC 8707, 2), as many as somebody wants. */
const resourcesOf = ({ resource = [] }: Params): string[] => {
  const resources = [...new Set([resource].flat())].filter((one) => one !== "");
  for (const uri of resources) {
    if (!URL.canParse(uri) || !/^[\x21-\x7e]+$/.test(uri)) {
      throw new OAuthError("invalid_target", "resource indicator must be an absolute URI");
    }
    if (uri.includes("#")) {
      throw new OAuthError("invalid_target", "resource indicator must not contain a fragment component");
    }
  }
  return resources;
};
