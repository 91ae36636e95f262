import { randomBytes } from "node:crypto";
import type { Body, Operation, Query, Resource } from "@authpi/schema";
import * as contracts from "@authpi/schema";
import { Secret, TOTP } from "otpauth";
import type { Answer, ApiClient } from "./client.ts";
import type { NameServer } from "./dns.ts";
import { insertSession } from "./sessions.ts";
import type { Sql } from "./world.ts";

/** Where an example is made: the ids above it, and a way to make what it refers to. */
export interface Place {
  api: ApiClient;
  /** For what no operation makes. */
  sql: Sql;
  dns: NameServer;
  params: Readonly<Record<string, string>>;
  /** Another one of the noun, in this place. */
  make(resource: Resource): Promise<string>;
}

type Made<T> = (place: Place) => T | Promise<T>;
type Operations<R extends Resource> = R["operations"];
/** What is needed is asked for: a body or a query that cannot be empty, and any body that creates or changes. */
type Needed<Name extends "body" | "query", T, IsNeeded> = IsNeeded extends true
  ? Record<Name, Made<T>>
  : Partial<Record<Name, Made<T>>>;
type NeedsBody<O extends Operation> = O["kind"] extends "create" | "update"
  ? true
  : O extends { body: object }
    ? Record<never, never> extends Body<O>
      ? false
      : true
    : false;
type NeedsQuery<O extends Operation> = Record<never, never> extends Query<O> ? false : true;

type Example<R extends Resource, O extends Operation> = Needed<"body", Body<O>, NeedsBody<O>> &
  Needed<"query", Query<O>, NeedsQuery<O>> & {
    /** What is done to the thing first, so that the call changes something. */
    after?: readonly (keyof Operations<R> & string)[];
  };
type Asking<R extends Resource> = {
  [N in keyof Operations<R>]: true extends NeedsBody<Operations<R>[N]> | NeedsQuery<Operations<R>[N]> ? N : never;
}[keyof Operations<R>];
type NounExamples<R extends Resource> = { [N in Asking<R>]: Example<R, Operations<R>[N]> } & {
  [N in Exclude<keyof Operations<R>, Asking<R>>]?: Example<R, Operations<R>[N]>;
};
/** A noun that cannot be created has its things from elsewhere, where a path names one; so has one whose making answers with what it is a part of. */
type Found<R extends Resource> = R extends { single: true }
  ? { existing?: undefined }
  : R extends { partOf: Resource }
    ? { existing: Made<string> }
    : Operations<R> extends { create: Operation }
      ? { existing?: undefined }
      : true extends Operations<R>[keyof Operations<R>]["item"]
        ? { existing: Made<string> }
        : { existing?: Made<string> };

type Contracts = typeof contracts;
type Nouns = { [K in keyof Contracts as Contracts[K] extends Resource ? K : never]: Contracts[K] };
type Examples = {
  [K in keyof Nouns]: Nouns[K] extends Resource ? Found<Nouns[K]> & { operations: NounExamples<Nouns[K]> } : never;
};

const unique = () => randomBytes(6).toString("hex");
const uniqueHost = () => `${unique()}.example.com`;
/** The resource of an answer that has to be good. */
const good = ({ status, text, body }: Answer) => {
  if (status >= 300) throw new Error(`${status} ${text}`);
  return body.data;
};

/** What cannot follow from a contract: one valid body, and the state in which a call changes something. */
export const examples: Examples = {
  me: { operations: {} },
  accounts: {
    existing: async ({ api }) => (await api.get("/v1/accounts")).body.data[0].id,
    operations: { update: { body: () => ({ name: `Renamed ${unique()}`, metadata: { plan: "pro" } }) } },
  },
  events: {
    existing: async ({ api }) => (await api.get("events?limit=1")).body.data[0].id,
    operations: {},
  },
  accountDomains: {
    existing: async ({ api, dns }) => {
      const host = uniqueHost();
      const { domains } = good(await api.post("domains", { host }));
      const made = domains.find((one: { host: string }) => one.host === host);
      dns.publish(made.txt_record_name, made.txt_record_value);
      return host;
    },
    operations: {
      create: { body: () => ({ host: uniqueHost() }) },
      assign: { body: async ({ make }) => ({ issuer_id: await make(contracts.issuers) }), after: ["verify"] },
      unassign: { after: ["verify", "assign"] },
    },
  },
  // No scopes: who makes a key of the account holds them all, and the sweep's narrow keys do not.
  accountApiKeys: { operations: apiKeyExamples([]) },
  apiKeys: { operations: apiKeyExamples(["invoices:read"]) },
  webhooks: {
    operations: {
      // Nobody listens there: an attempt ends at once.
      create: { body: () => ({ name: `hook ${unique()}`, url: "http://127.0.0.1:9/", auth: { type: "signature" } }) },
      update: { body: () => ({ name: `Renamed ${unique()}`, retry: { max_attempts: 3 } }) },
    },
  },
  webhookDeliveries: {
    // A webhook without filters is told of itself first.
    existing: async ({ api, params }) => {
      const { account_id, webhook_id } = params;
      return (await api.get(`/v1/accounts/${account_id}/webhooks/${webhook_id}/deliveries`)).body.data[0].id;
    },
    operations: {},
  },
  issuers: {
    operations: {
      create: {
        body: () => ({
          name: `acme ${unique()}`,
          links: { website: "https://example.com" },
          metadata: { plan: "pro" },
        }),
      },
      update: { body: () => ({ name: `Renamed ${unique()}`, settings: { security: { mfa: "required" } } }) },
    },
  },
  authMethods: {
    operations: {
      create: {
        body: () => ({
          method: "oidc",
          name: `Provider ${unique()}`,
          enabled: false,
          settings: { issuer: "https://idp.example.com", client_id: "authpi", client_secret: unique() },
        }),
      },
      update: { body: () => ({ name: `Renamed ${unique()}`, settings: { scopes: ["openid"] } }) },
    },
  },
  clients: {
    operations: {
      create: {
        body: () => ({
          name: `web ${unique()}`,
          type: "internal",
          confidential: true,
          settings: { openid: { redirect_uris: ["https://app.example.com/callback"] } },
        }),
      },
      update: { body: () => ({ name: `Renamed ${unique()}`, settings: { access_token_ttl: 600 } }) },
      unblock: { after: ["block"] },
    },
  },
  agents: {
    operations: {
      create: { body: () => ({ name: `reader ${unique()}`, model: "atlas-2", metadata: { plan: "pro" } }) },
      update: { body: () => ({ version: unique() }) },
      reactivate: { after: ["suspend"] },
    },
  },
  agentVerifiers: { operations: { create: { body: () => ({ type: "secret", name: `backend ${unique()}` }) } } },
  trustedDevices: { operations: { create: { body: () => ({ fingerprint: unique(), name: "Laptop" }) } } },
  approvals: {
    existing: async ({ api, params: { account_id, issuer_id } }) => {
      const user = { username_type: "unique-name", username: unique(), status: "pending_approval" };
      const answer = await api.post(`/v1/accounts/${account_id}/issuers/${issuer_id}/users`, user);
      if (answer.status !== 201) throw new Error(`${answer.status} ${answer.text}`);
      return answer.body.data.id;
    },
    operations: { update: { body: () => ({ status: "approved", reason: `Known as ${unique()}` }) } },
  },
  users: {
    operations: {
      create: {
        body: () => ({
          username_type: "email",
          username: `${unique()}@example.com`,
          profile: { first_name: "Ada", address: { country: "GB" } },
        }),
      },
      update: { body: () => ({ profile: { last_name: `Lovelace ${unique()}` } }) },
      unblock: { after: ["block"] },
      reactivate: { after: ["suspend"] },
      restore: { after: ["delete"] },
    },
  },
  userVerifiers: {
    operations: {
      // A user has one of each of these: the first that is made has codes, and so takes every operation.
      create: {
        body: async (place) => {
          const verifiers = (await place.api.get(verifiersOf(place))).body.data;
          if (verifiers.length === 0) return { type: "backup_codes", name: `Codes ${unique()}` };
          return { type: "password", password: `plum tractor ${unique()}` };
        },
      },
      completeEnrollment: {
        body: async (place) => {
          const { enrollment_id, secret } = (await place.api.post(verifiersOf(place), { type: "totp" })).body.data;
          return { enrollment_id, code: TOTP.generate({ secret: Secret.fromBase32(secret) }) };
        },
      },
      update: { body: () => ({ name: `Renamed ${unique()}` }) },
      verify: {
        body: async (place) => {
          const path = `${verifiersOf(place)}/${place.params.verifier_id}/regenerate`;
          return { code: (await place.api.post(path)).body.data.codes[0] };
        },
      },
    },
  },
  sessions: {
    existing: async (place) => newSession(place, await place.make(contracts.users)),
    operations: { reactivate: { after: ["suspend"] } },
  },
  userSessions: { existing: (place) => newSession(place, String(place.params.user_id)), operations: {} },
  tokens: {
    existing: async ({ api }) => {
      const issuer = await madeId(api, "issuers", { name: `acme ${unique()}` });
      const user = await madeId(api, `issuers/${issuer}/users`, { username_type: "unique-name", username: unique() });
      return madeId(api, `issuers/${issuer}/users/${user}/tokens`, { name: "script" });
    },
    operations: { update: { body: () => ({ name: `Renamed ${unique()}` }) } },
  },
  userTokens: {
    operations: {
      create: {
        body: () => ({
          name: `script ${unique()}`,
          tags: ["laptop"],
          restrictions: { scopes: ["invoices:read"], ip_allowlist: ["127.0.0.0/8"] },
        }),
      },
    },
  },
  issuerTokens: {
    operations: {
      introspect: {
        body: async ({ api, params }) => {
          const organizations = `/v1/accounts/${params.account_id}/issuers/${params.issuer_id}/organizations`;
          const organization = await madeId(api, organizations, { name: "Globex" });
          const body = { name: "backend", restrictions: { scopes: ["invoices:read"] } };
          const { data } = (await api.post(`${organizations}/${organization}/api-keys`, body)).body;
          return { token: `${data.id}:${data.secret_plain}` };
        },
      },
    },
  },
  organizations: {
    operations: {
      create: {
        body: () => ({ name: `Globex ${unique()}`, address: { country: "FR" }, social_links: [{ url: "x" }] }),
      },
      update: { body: () => ({ name: `Renamed ${unique()}`, security: { mfa_required: true } }) },
    },
  },
  notes: {
    operations: {
      create: {
        body: () => ({
          subject_type: "org",
          subject_id: `org_${unique()}`,
          issuer_id: "i_1",
          content: `Ask @[Ada](usr_${unique()}) about [[client:c_1|the app]].`,
        }),
      },
      update: { body: () => ({ content: `Done, see [[org:org_${unique()}]].`, pinned: true }) },
      backlinks: { query: () => ({ ref_type: "client", ref_id: "c_1" }) },
    },
  },
  members: {
    operations: {
      create: { body: async ({ make }) => ({ member_id: await make(contracts.users), scopes: ["invoices:read"] }) },
      update: { body: () => ({ user_title: `Title ${unique()}` }) },
    },
  },
  groups: {
    operations: {
      create: { body: () => ({ name: `Accountants ${unique()}`, scopes: [] }) },
      update: { body: () => ({ name: `Renamed ${unique()}` }) },
    },
  },
  invitations: {
    operations: {
      create: { body: () => ({ email_invited: `${unique()}@example.com`, scopes: ["invoices:read"] }) },
      update: { body: () => ({ user_title: `Title ${unique()}` }) },
    },
  },
  groupMembers: {
    existing: async ({ api, params, make }) => {
      const id = await make(contracts.members);
      const { account_id, issuer_id, org_id, group_id } = params;
      const organization = `/v1/accounts/${account_id}/issuers/${issuer_id}/organizations/${org_id}`;
      good(await api.send("PUT", `${organization}/groups/${group_id}/members/${id}`));
      return id;
    },
    operations: { add: { after: ["remove"] } },
  },
  sso: { operations: {} },
  ssoDomains: {
    existing: async ({ api, dns, params }) => {
      const { account_id, issuer_id, org_id } = params;
      const organization = `/v1/accounts/${account_id}/issuers/${issuer_id}/organizations/${org_id}`;
      const made = good(await api.post(`${organization}/sso/domains`, { domain: uniqueHost() }));
      dns.publish(made.txt_record_name, made.txt_record_value);
      return made.domain;
    },
    operations: { create: { body: () => ({ domain: uniqueHost() }) } },
  },
};

function verifiersOf({ params: { account_id, issuer_id, user_id } }: Place): string {
  return `/v1/accounts/${account_id}/issuers/${issuer_id}/users/${user_id}/verifiers`;
}

function newSession({ sql, params }: Place, user_id: string): Promise<string> {
  return insertSession(sql, { account_id: String(params.account_id), issuer_id: String(params.issuer_id), user_id });
}

async function madeId(api: ApiClient, path: string, body: unknown): Promise<string> {
  const answer = await api.post(path, body);
  if (answer.status !== 201) throw new Error(`${path}: ${answer.status} ${answer.text}`);
  return answer.body.data.id;
}

function apiKeyExamples(scopes: string[]) {
  return {
    create: {
      body: () => ({
        name: `backend ${unique()}`,
        tags: ["ci"],
        restrictions: { scopes, ip_allowlist: ["127.0.0.0/8"] },
      }),
    },
    update: { body: () => ({ name: `Renamed ${unique()}` }) },
    unblock: { after: ["block"] },
  } as const;
}

interface AnyNoun {
  existing?: Made<string> | undefined;
  operations: Readonly<Record<string, AnyExample | undefined>>;
}
export interface AnyExample {
  body?: Made<unknown>;
  query?: Made<unknown>;
  after?: readonly string[];
}

/** @throws where a contract of the tree is not exported under a name of its own. */
export const examplesOf = (resource: Resource): AnyNoun => {
  const name = Object.entries(contracts).find(([, value]) => value === resource)?.[0];
  // Each entry was checked against its contract's own types above; from here on it is one of many.
  const noun = (examples as unknown as Record<string, AnyNoun>)[String(name)];
  if (!noun) throw new Error(`${resource.name} has no examples.`);
  return noun;
};
