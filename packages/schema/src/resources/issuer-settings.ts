import { type Static, Type } from "typebox";
import * as f from "../fields.ts";

const DAY = 86_400;
const YEAR = 365 * DAY;
const color = f.nullable(
  Type.String({ pattern: "^#[0-9a-fA-F]{6}$", description: "A colour, `#rrggbb`.", examples: ["#3355ff"] }),
);
const image = f.nullable(f.url("An image's address."));

const PortalSettings = Type.Object({ enabled: Type.Boolean() }, { title: "PortalSettings", ...f.merged });
export const BrandingSettings = Type.Object(
  { logo_url: image, primary_color: color, background_color: color, favicon_url: image },
  { title: "BrandingSettings", ...f.merged },
);
const domain = Type.String({
  maxLength: 253,
  pattern: "^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]{2,63}$",
  examples: ["example.com"],
});

/** The settings of an issuer: every object is merged by a PATCH, arrays are replaced. */
export const IssuerSettings = Type.Object(
  {
    portals: Type.Object(
      { login: PortalSettings, signup: PortalSettings, profile: PortalSettings },
      { title: "PortalsSettings", ...f.merged },
    ),
    branding: BrandingSettings,
    access: Type.Object(
      {
        mode: f.oneOf(["open", "invite_only", "domain_restricted", "approval"], { description: "Who may sign up." }),
        allowed_domains: Type.Array(domain, { maxItems: 100, uniqueItems: true }),
        sessions: Type.Object(
          {
            max_age: f.seconds("How long a session lasts.", YEAR, 60),
            idle_timeout: f.seconds("How long it lasts without activity.", 30 * DAY, 60),
            max_per_user: Type.Integer({ minimum: 1, maximum: 1000 }),
          },
          { title: "SessionSettings", ...f.merged },
        ),
        tokens: Type.Object(
          {
            access_token_ttl: f.seconds("How long an access token lasts.", 21 * DAY, 60),
            refresh_token_ttl: f.seconds("How long a refresh token lasts.", 21 * DAY, 60),
          },
          { title: "TokenSettings", ...f.merged },
        ),
      },
      { title: "AccessSettings", ...f.merged },
    ),
    security: Type.Object(
      {
        mfa: f.oneOf(["off", "optional", "required"]),
        password: Type.Object(
          { min_length: Type.Integer({ minimum: 8, maximum: 256 }) },
          { title: "PasswordSettings", ...f.merged },
        ),
        verify_email: Type.Boolean(),
        trusted_devices: Type.Object(
          { enabled: Type.Boolean(), max_age: f.seconds("How long a device is trusted.", YEAR, 60) },
          { title: "TrustedDeviceSettings", ...f.merged },
        ),
      },
      { title: "SecuritySettings", ...f.merged },
    ),
  },
  { title: "IssuerSettings", ...f.merged },
);
export type IssuerSettings = Static<typeof IssuerSettings>;

/** The same with every key optional, at every depth. */
export const IssuerSettingsInput = f.partialDeep(IssuerSettings);

/** What a new issuer starts with. */
export const issuerSettingsDefault: Type.Static<typeof IssuerSettings> = {
  portals: { login: { enabled: true }, signup: { enabled: true }, profile: { enabled: true } },
  branding: { logo_url: null, primary_color: null, background_color: null, favicon_url: null },
  access: {
    mode: "open",
    allowed_domains: [],
    sessions: { max_age: 7 * DAY, idle_timeout: 12 * 3600, max_per_user: 50 },
    tokens: { access_token_ttl: 1800, refresh_token_ttl: 7 * DAY },
  },
  security: {
    mfa: "off",
    password: { min_length: 8 },
    verify_email: true,
    trusted_devices: { enabled: true, max_age: 30 * DAY },
  },
};
