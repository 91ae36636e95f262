import type { ClientCreate } from "@authpi/schema";
import { ClientSettings, type FieldError } from "@authpi/schema";
import type { Static } from "typebox";
import { merge } from "../../domain/merge.ts";
import { redirectUriFault } from "../../domain/redirect-uris.ts";
import { invalid } from "../../http/problem.ts";

type ApplicationType = ClientSettings["openid"]["application_type"];
type SettingsInput = Static<typeof ClientCreate>["settings"];

/** What a client is, where nothing else was said: it follows from its kind of application. */
export const settingsDefault = (applicationType: ApplicationType, confidential: boolean): ClientSettings => ({
  protocol: "oidc",
  scopes: [],
  organizations: { mode: "all", ids: [] },
  access_token_ttl: null,
  response_signature_alg: "ES256",
  openid: {
    application_type: applicationType,
    grant_types: applicationType === "m2m" ? ["client_credentials"] : ["authorization_code", "refresh_token"],
    redirect_uris: [],
    post_logout_redirect_uris: [],
    resources: [],
    require_pkce: true,
    backchannel_logout_uri: null,
    token_endpoint_auth_method: confidential ? "client_secret_basic" : "none",
    jwks_uri: null,
    jwks: null,
  },
});

/** The settings of a new client: what was given, on what suits its kind. */
export const initialSettings = (input: SettingsInput, confidential: boolean): ClientSettings => {
  const defaults = settingsDefault(input?.openid?.application_type ?? "web", confidential);
  return merge(ClientSettings, defaults, input, defaults);
};

/** The settings after a PATCH. A client that becomes public, or confidential, changes how it authenticates too. */
export const changedSettings = (
  { settings, confidential }: { settings: ClientSettings; confidential: boolean },
  input: SettingsInput | null | undefined,
  confidentialNow: boolean,
): ClientSettings => {
  const defaults = settingsDefault(
    input?.openid?.application_type ?? settings.openid.application_type,
    confidentialNow,
  );
  const { token_endpoint_auth_method } = defaults.openid;
  const openid =
    confidential === confidentialNow ? settings.openid : { ...settings.openid, token_endpoint_auth_method };
  return input === null ? defaults : merge(ClientSettings, { ...settings, openid }, input ?? {}, defaults);
};

/** @throws {Problem} 400 with every rule that the settings break. */
export const requireValid = (settings: ClientSettings, confidential: boolean): void => {
  const faults = [...uriFaults(settings), ...kindFaults(settings, confidential)];
  if (faults.length > 0) throw invalid(...faults);
};

const fault = (field: string, message: string): FieldError => ({
  field: `settings.${field}`,
  code: "invalid",
  message,
});

const uriFaults = ({ openid }: ClientSettings): FieldError[] =>
  (["redirect_uris", "post_logout_redirect_uris"] as const)
    .flatMap((list) =>
      openid[list].flatMap((uri, index) => {
        const message = redirectUriFault(uri, openid.application_type);
        return message ? [fault(`openid.${list}.${index}`, message)] : [];
      }),
    )
    .concat(
      openid.resources.flatMap((uri, index) => {
        const wrong = !URL.canParse(uri) || uri.includes("#");
        return wrong
          ? [fault(`openid.resources.${index}`, "must be an absolute URI without a fragment (RFC 8707, 2)")]
          : [];
      }),
    );

const kindFaults = ({ openid }: ClientSettings, confidential: boolean): FieldError[] => {
  const faults: FieldError[] = [];
  const method = openid.token_endpoint_auth_method;
  if (!confidential) {
    if (openid.grant_types.includes("client_credentials"))
      faults.push(fault("openid.grant_types", "has client_credentials, which a public client cannot have"));
    if (!openid.require_pkce) faults.push(fault("openid.require_pkce", "may be false for confidential clients only"));
    if (method !== "none") faults.push(fault("openid.token_endpoint_auth_method", "must be none for a public client"));
  }
  if (confidential && method === "none")
    faults.push(fault("openid.token_endpoint_auth_method", "must not be none for a confidential client"));
  if (method === "private_key_jwt" && !openid.jwks && !openid.jwks_uri) {
    faults.push(fault("openid.jwks", "or jwks_uri is required for private_key_jwt"));
  }
  if (openid.jwks && openid.jwks_uri) faults.push(fault("openid.jwks_uri", "cannot stand beside jwks"));
  if (openid.jwks?.keys.some((key) => "d" in key || "k" in key))
    faults.push(fault("openid.jwks", "must hold public keys only"));
  return faults;
};
