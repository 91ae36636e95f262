import { timingSafeEqual } from "node:crypto";
import type { ClientSettings } from "@authpi/schema";
import type { AllClientMetadata, Client } from "oidc-provider";
import type { Tx } from "../../db/tx.ts";
import type { Deps } from "../../deps.ts";
import { portalClient, portalClientId } from "../portal-client.ts";
import type { IssuerPlace } from "../runtime.ts";

/** What of a client's settings oidc-provider has no name for. */
export interface Own {
  /** Ours, and never asked for consent. */
  internal: boolean;
  scopes: string[];
  resources: string[];
  organizations: ClientSettings["organizations"];
  access_token_ttl: number | null;
  /** The portal of the issuer itself. */
  portal?: true;
}
/** The name under which it stands beside oidc-provider's. */
export const ownMetadata = "authpi";
export type Metadata = AllClientMetadata & { [ownMetadata]: Own; require_pkce: boolean };

export const ownOf = (client: Client): Own => client[ownMetadata] as Own;

/** A client as oidc-provider knows it; undefined where there is none, or it is blocked. The order of the names never changes. */
export const findClient = async (tx: Tx, issuer: IssuerPlace, id: string): Promise<Metadata | undefined> => {
  if (id === portalClientId) return portalClient(issuer);
  // PostgreSQL's text takes no NUL, and no id has one.
  if (id.includes("\0")) return undefined;
  const row = await tx
    .from("clients")
    .select([
      ...(["id", "name", "logo_url", "type", "confidential", "settings"] as const),
      ...(["secret_mac", "previous_mac", "previous_expires_at"] as const),
    ])
    .where("issuer_id", "=", issuer.id)
    .where("id", "=", id)
    .where("status", "=", "active")
    .executeTakeFirst();
  if (!row) return undefined;
  const { settings } = row;
  const { openid } = settings;
  // Without an address to return to there is no such grant; the library would refuse the client as a whole.
  const usesCode = openid.grant_types.includes("authorization_code") && openid.redirect_uris.length > 0;
  return {
    client_id: row.id,
    client_name: row.name,
    ...(row.logo_url !== null && { logo_uri: row.logo_url }),
    ...(row.confidential && row.secret_mac && { client_secret: secretsText(row) }),
    redirect_uris: openid.redirect_uris,
    post_logout_redirect_uris: openid.post_logout_redirect_uris,
    response_types: usesCode ? ["code"] : [],
    grant_types: openid.grant_types.filter((grant) => usesCode || grant !== "authorization_code"),
    application_type: openid.application_type === "native" ? "native" : "web",
    token_endpoint_auth_method: openid.token_endpoint_auth_method,
    id_token_signed_response_alg: settings.response_signature_alg,
    ...(openid.jwks !== null && { jwks: openid.jwks as NonNullable<AllClientMetadata["jwks"]> }),
    ...(openid.jwks_uri !== null && { jwks_uri: openid.jwks_uri }),
    ...(openid.backchannel_logout_uri !== null && {
      backchannel_logout_uri: openid.backchannel_logout_uri,
      backchannel_logout_session_required: true,
    }),
    require_pkce: openid.require_pkce,
    [ownMetadata]: {
      internal: row.type === "internal",
      scopes: settings.scopes,
      resources: openid.resources,
      organizations: settings.organizations,
      access_token_ttl: settings.access_token_ttl,
    },
  };
};

interface Secrets {
  secret_mac: Buffer | null;
  previous_mac: Buffer | null;
  previous_expires_at: number | null;
}

/** In the place of a secret, which nobody keeps: its MAC, and the one before it with the time of its end. */
const secretsText = ({ secret_mac, previous_mac, previous_expires_at }: Secrets): string =>
  [secret_mac?.toString("hex"), previous_mac && `${previous_mac.toString("hex")}@${previous_expires_at}`]
    .filter(Boolean)
    .join(" ");

/** Whether it is the client's secret, or the one before it in its days of grace. */
export const isSecretOf = (
  { secrets, clock }: Pick<Deps, "secrets" | "clock">,
  { clientId, clientSecret = "" }: Pick<Client, "clientId" | "clientSecret">,
  presented: string,
): boolean => {
  const mac = secrets.macOf(clientId, presented);
  const matching = clientSecret.split(" ").filter((text) => {
    const [hex = "", endsAt] = text.split("@");
    const kept = Buffer.from(hex, "hex");
    const counts = endsAt === undefined || Number(endsAt) > clock.now();
    return kept.length === mac.length && timingSafeEqual(kept, mac) && counts;
  });
  return matching.length > 0;
};
