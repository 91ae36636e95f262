import { createPrivateKey } from "node:crypto";
import { type PersonalTokenCreate, personalTokenDaysMax, personalTokensMax } from "@authpi/schema";
import { SignJWT } from "jose";
import type { Static } from "typebox";
import type { Tx } from "../../db/tx.ts";
import type { Deps } from "../../deps.ts";
import { invalidField, Problem } from "../../http/problem.ts";
import { makeSigningKey, openSigningKey } from "../../keys/signing-keys.ts";
import { personalPrefix, personalTyp } from "../../verification/tokens/bearer.ts";
import * as store from "./store.ts";

interface Owner {
  issuer_id: string;
  user_id: string;
}

const DAY = 86_400_000;

/** A new token of a user whose row the transaction has locked: its row, and the text that is shown once. */
export const issueToken = async (
  tx: Tx,
  deps: Pick<Deps, "clock" | "ids" | "keys" | "idpUrl">,
  { issuer_id, user_id }: Owner,
  body: Static<typeof PersonalTokenCreate>,
): Promise<{ row: store.TokenRow; plain: string }> => {
  const now = deps.clock.now();
  const id = deps.ids.make("token");
  const expires_at = body.expires_at ?? now + personalTokenDaysMax * DAY;
  if (expires_at <= now || expires_at > now + personalTokenDaysMax * DAY) {
    throw invalidField("expires_at", `must be in the future, within ${personalTokenDaysMax} days`);
  }
  const { active, key: found } = await store.beforeIssue(tx, issuer_id, user_id, now);
  if (active >= personalTokensMax) {
    throw new Problem("conflict", `The user has ${personalTokensMax} active personal tokens already.`);
  }
  const key = found ?? (await makeKey(tx, deps, issuer_id));
  const row = await store.insert(tx, {
    ...{ id, issuer_id, user_id, name: body.name, description: body.description ?? null, tags: body.tags ?? [] },
    scopes: body.restrictions?.scopes ?? [],
    ip_allowlist: body.restrictions?.ip_allowlist ?? [],
    ...{ audience: body.audience ?? null, expires_at, metadata: body.metadata ?? {}, created_at: now, updated_at: now },
  });
  const jwt = new SignJWT({ dat: { type: "token" } })
    .setProtectedHeader({ alg: "ES256", typ: personalTyp, kid: key.kid })
    .setIssuer(`${deps.idpUrl}/${issuer_id}`)
    .setSubject(id)
    .setJti(id)
    .setIssuedAt(Math.floor(now / 1000))
    .setExpirationTime(Math.ceil(expires_at / 1000));
  if (row.audience !== null) jwt.setAudience(row.audience);
  const signed = await jwt.sign(createPrivateKey({ key: openSigningKey(deps, key), format: "jwk" }));
  return { row: { ...row, shown_status: "active" }, plain: `${personalPrefix}${signed}` };
};

/** Made with the issuer's first token: most issuers never have one. */
const makeKey = async (tx: Tx, deps: Pick<Deps, "clock" | "keys">, issuerId: string): Promise<store.SigningKey> => {
  await store.insertKey(tx, await makeSigningKey(deps, issuerId, "ES256"));
  const made = await store.findKey(tx, issuerId);
  if (!made) throw new Error(`The issuer ${issuerId} has no key for personal tokens.`);
  return made;
};
