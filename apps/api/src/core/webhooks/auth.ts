import type { Deps } from "../../deps.ts";
import { invalidField } from "../../http/problem.ts";
import type { WebhookRow } from "../../webhooks/rows.ts";
import {
  type AuthType,
  bears,
  hintOf,
  makeBearerToken,
  makeSecret,
  sealSecret,
  signs,
} from "../../webhooks/secrets.ts";

type Place = Pick<WebhookRow, "account_id" | "id">;
type Columns = Partial<
  Pick<WebhookRow, "auth_type" | "secret" | "secret_hint" | "previous_secret" | "previous_expires_at" | "bearer_token">
>;
/** What is answered once. */
export interface Plain {
  signature_secret_plain?: string;
  bearer_token_plain?: string;
}
export interface MadeAuth {
  columns: Columns;
  plain: Plain;
}

/** How long the signature before the last rotation stays valid. */
const previousMs = 24 * 3600 * 1000;

/** The secrets of a kind of `auth`, all new; an old signature stays valid for a day. */
export const makeAuth = (
  deps: Pick<Deps, "keys" | "clock">,
  place: Place & Partial<Pick<WebhookRow, "secret">>,
  type: AuthType,
  givenToken?: string | null,
): MadeAuth => {
  requireBearing(type, givenToken);
  const signature = signs(type) ? makeSignature(deps, place) : noSignature;
  const token = bears(type) ? (givenToken ?? makeBearerToken()) : undefined;
  return {
    columns: {
      auth_type: type,
      ...signature.columns,
      bearer_token: token === undefined ? null : sealSecret(deps, place, token),
    },
    plain: { ...signature.plain, ...(token !== undefined && { bearer_token_plain: token }) },
  };
};

/** A token of the caller's own in the place of the one before. */
export const replaceToken = (deps: Pick<Deps, "keys">, row: WebhookRow, token: string): Columns => {
  requireBearing(row.auth_type, token);
  return { bearer_token: sealSecret(deps, row, token) };
};

export const makeSignature = (
  deps: Pick<Deps, "keys" | "clock">,
  place: Place & Partial<Pick<WebhookRow, "secret">>,
): MadeAuth => {
  const secret = makeSecret();
  return {
    columns: {
      secret: sealSecret(deps, place, secret),
      secret_hint: hintOf(secret),
      previous_secret: place.secret ?? null,
      previous_expires_at: place.secret ? deps.clock.now() + previousMs : null,
    },
    plain: { signature_secret_plain: secret },
  };
};
const noSignature: MadeAuth = {
  columns: { secret: null, secret_hint: null, previous_secret: null, previous_expires_at: null },
  plain: {},
};

const requireBearing = (type: AuthType, token: string | null | undefined): void => {
  if (token && !bears(type)) throw invalidField("auth.bearer_token", `is not used by ${type}`);
};
