import { Type } from "typebox";
import * as f from "../fields.ts";

/** What is known of an OpenID provider that users come from. */
export const upstream = {
  issuer: f.nullable(f.url("The provider's issuer, where its discovery document is found.")),
  client_id: f.nullable(f.text({ max: 500, description: "What the provider knows this issuer by." })),
  scopes: f.scopes("What is asked for at the provider."),
  claims: Type.Unsafe<Record<string, string>>({
    type: "object",
    additionalProperties: { type: "string", maxLength: 200 },
    propertyNames: { minLength: 1, maxLength: 40, pattern: "^[^\\x00-\\x1f\\x7f]*$" },
    maxProperties: 50,
    description: "For a field of the profile, the claim of the provider that fills it. A PATCH replaces it.",
    examples: [{ first_name: "given_name" }],
  }),
};
export const clientSecretInput = f.nullable(
  Type.String({ minLength: 1, maxLength: 1000, description: "Kept encrypted, and never answered." }),
);
