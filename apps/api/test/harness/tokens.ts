import { createPrivateKey } from "node:crypto";
import type { PersonalTokenCreate } from "@authpi/schema";
import { type JWTPayload, SignJWT } from "jose";
import type { Static } from "typebox";
import { readInstallation } from "../../src/core/installation/operations.ts";
import { issueToken } from "../../src/core/tokens/issue.ts";
import { openSigningKey, type SigningKeyRow } from "../../src/keys/signing-keys.ts";
import { type Answer, type ApiClient, apiClient } from "./client.ts";
import type { World } from "./world.ts";

type Row = Pick<SigningKeyRow, "issuer_id" | "kid" | "alg" | "private_key">;

/** One of the keys that an issuer signs with. */
export const signingKeyOf = async (
  { sql, server }: World,
  issuerId: string,
  { alg = "ES256", purpose = "tokens" } = {},
) => {
  const [row] = await sql<Row>(
    // By the alphabet: the one that is active comes first.
    "select issuer_id, kid, alg, private_key from issuer_signing_keys where issuer_id = $1 and alg = $2 and purpose = $3 order by status",
    [issuerId, alg, purpose],
  );
  if (!row) throw new Error(`${issuerId} has no key of ${alg}.`);
  return { kid: row.kid, alg, key: createPrivateKey({ key: openSigningKey(server.deps, row), format: "jwk" }) };
};

export interface Different {
  claims?: Record<string, unknown>;
  header?: Record<string, unknown>;
  alg?: string;
}

/** An access token as the issuer's runtime would issue it (RFC 9068), with what is named here in the place of what is right. */
export const accessToken = async (
  world: World,
  issuerId: string,
  claims: JWTPayload,
  { header = {}, alg = "ES256" }: Omit<Different, "claims"> = {},
): Promise<string> => {
  const { kid, key } = await signingKeyOf(world, issuerId, { alg });
  return new SignJWT({ ...standard(world, issuerId), ...claims })
    .setProtectedHeader({ alg, typ: "at+jwt", kid, ...header })
    .sign(key);
};

const standard = ({ server }: World, issuerId: string): JWTPayload => {
  const iat = Math.floor(server.clock.now() / 1000);
  return {
    ...{ iss: `${server.deps.idpUrl}/${issuerId}`, aud: "https://api.example.com", iat, exp: iat + 1800 },
    ...{ jti: "0123456789abcdefgh", scope: "openid" },
  };
};

/** Plain HTTP with a token. */
export const bearerClient = (url: string, token: string, accountId = ""): ApiClient => {
  const plain = apiClient(url, undefined, accountId);
  const send: ApiClient["send"] = (method, path, { headers = {}, ...sent } = {}) =>
    plain.send(method, path, { ...sent, headers: { authorization: `Bearer ${token}`, ...headers } });
  const sent = (body: unknown, headers: Record<string, string> | undefined) => ({
    ...(body !== undefined && { body }),
    ...(headers && { headers }),
  });
  return {
    ...{ accountId, url, send },
    get: (path, headers) => send("GET", path, sent(undefined, headers)),
    post: (path, body, headers) => send("POST", path, sent(body, headers)),
    patch: (path, body, headers) => send("PATCH", path, sent(body, headers)),
    delete: (path, headers) => send("DELETE", path, sent(undefined, headers)),
    at: (other) => bearerClient(other, token, accountId),
  };
};

export const meWith = ({ server }: World, token: string, headers?: Record<string, string>): Promise<Answer> =>
  bearerClient(server.url, token).get("/v1/me", headers);

/** A person who runs accounts: a user of the root issuer. */
export interface Person {
  userId: string;
  rootIssuerId: string;
  clientId: string;
  /** Makes the person a member of an account. */
  join(accountId: string, scopes: string[]): Promise<void>;
  /** An access token for the Core API. */
  token(scope: string, different?: Different): Promise<string>;
  personalToken(body: Partial<Static<typeof PersonalTokenCreate>>): Promise<string>;
}

export const newPerson = async (world: World): Promise<Person> => {
  const { database, deps, clock } = world.server;
  const { accountId: rootAccountId, rootIssuerId } = await readInstallation(database);
  const [userId, clientId] = [deps.ids.make("user"), deps.ids.make("client")];
  const now = clock.now();
  await world.sql(
    `insert into users (account_id, issuer_id, id, username_type, username, profile, compliance, created_at, updated_at)
      values ($1, $2, $3, 'unique-name', $3, '{}', '{}', $4, $4)`,
    [rootAccountId, rootIssuerId, userId, now],
  );
  await world.sql(
    `insert into clients (account_id, issuer_id, id, name, type, confidential, settings, created_at, updated_at)
      values ($1, $2, $3, 'Console', 'internal', false, '{}', $4, $4)`,
    [rootAccountId, rootIssuerId, clientId, now],
  );
  return {
    ...{ userId, rootIssuerId, clientId },
    join: async (accountId, scopes) => {
      await world.sql(
        `insert into members (account_id, issuer_id, org_id, member_id, member_type, scopes, created_at, updated_at)
          values ($1, $2, $3, $4, 'user', $5, $6, $6)`,
        [accountId, rootIssuerId, accountId.replace("acc_", "org_"), userId, scopes, now],
      );
    },
    token: (scope, { claims = {}, ...different } = {}) => {
      const own = { sub: userId, client_id: clientId, dat: { type: "identity" }, aud: `${deps.url}/v1`, scope };
      return accessToken(world, rootIssuerId, { ...own, ...claims }, different);
    },
    personalToken: async (body) => {
      const owner = { issuer_id: rootIssuerId, user_id: userId };
      const { plain } = await database.operator((as) =>
        issueToken(as(rootAccountId), deps, owner, { name: "script", ...body }),
      );
      return plain;
    },
  };
};
