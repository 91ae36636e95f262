import { once } from "node:events";
import { type IncomingHttpHeaders, request } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { issuerSettingsDefault } from "@authpi/schema";
import { fastify } from "fastify";
import pg from "pg";
import { initialSettings } from "../../src/core/clients/rules.ts";
import { type Database, openDatabase } from "../../src/db/open.ts";
import { createDeps, type Deps } from "../../src/deps.ts";
import { answerErrors } from "../../src/http/errors.ts";
import { createIssuers, type Issuers, type IssuersOptions } from "../../src/idp/issuers.ts";
import { mountIdp } from "../../src/idp/mount.ts";
import { makeSigningKeys, type SigningKeyRow } from "../../src/keys/signing-keys.ts";
import { TokenVerifier } from "../../src/verification/tokens/token-verifier.ts";
import { cloneDatabase } from "../harness/server.ts";

export const idpUrl = "https://id.example.com";

/** A database, and what operations do to it. */
export interface World {
  deps: Deps;
  connection: pg.ClientConfig;
  openDatabase(): Database;
  /** The issuers of one process. */
  openIssuers(options?: Partial<IssuersOptions>): Promise<Issuers>;
  /** A new issuer of a new account, with the keys that it signs with. */
  issuer(): Promise<{ id: string; keys: SigningKeyRow[] }>;
  /** A confidential client of the issuer that may do everything. */
  client(issuerId: string): Promise<{ id: string; secret: string }>;
  addKey(key: SigningKeyRow): Promise<void>;
  /** Changes an issuer as an operation does: a higher version, and the notification, in one transaction. */
  change(issuerId: string, assignment: string): Promise<void>;
  query(sql: string, values?: unknown[]): Promise<pg.QueryResult>;
  close(): Promise<void>;
}

export const createWorld = async (): Promise<World> => {
  const { connection, drop } = await cloneDatabase();
  const owner = new pg.Pool({ ...connection, max: 2 });
  owner.on("error", () => {});
  const retention = { eventsRetentionDays: 400, meteredEventsRetentionDays: 30 };
  const deps = createDeps({ url: idpUrl, idpUrl, ...retention }, Buffer.alloc(32, 7));
  const opened: { close(): Promise<void> }[] = [];
  const later = <T extends { close(): Promise<void> }>(thing: T): T => {
    opened.unshift(thing);
    return thing;
  };

  const world: World = {
    deps,
    connection,
    openDatabase: () => later(openDatabase({ connection, poolMax: 4 })),
    openIssuers: async (options = {}) => {
      const database = options.database ?? world.openDatabase();
      return later(await createIssuers({ ...runtimeOf(database, deps), ...options, database }));
    },
    issuer: async () => {
      const id = deps.ids.make("issuer");
      const now = deps.clock.now();
      await owner.query(
        `insert into issuers (account_id, id, name, links, settings, created_at, updated_at)
          values ($1, $2, 'An issuer', $3, $4, $5, $5)`,
        [deps.ids.make("account"), id, links, issuerSettingsDefault, now],
      );
      const keys = await makeSigningKeys(deps, id);
      for (const key of keys) await world.addKey(key);
      return { id, keys };
    },
    client: async (issuerId) => {
      const id = deps.ids.make("client");
      const { plain, mac } = deps.secrets.mint("client", id);
      const grant_types = ["authorization_code" as const, "client_credentials" as const];
      const openid = { grant_types, redirect_uris: ["https://app.test/cb"] };
      const settings = initialSettings({ openid }, true);
      await owner.query(
        `insert into clients (account_id, issuer_id, id, name, type, confidential, settings, secret_mac, created_at, updated_at)
          select account_id, id, $2, 'A client', 'internal', true, $3, $4, 1, 1 from issuers where id = $1`,
        [issuerId, id, settings, mac],
      );
      return { id, secret: plain };
    },
    addKey: async (key) => {
      await owner.query(
        `insert into issuer_signing_keys
          select account_id, id, $2, $3, $4, $5, $6, $7, $8 from issuers where id = $1`,
        Object.values(key),
      );
    },
    change: async (issuerId, assignment) => {
      await owner.query(
        `with changed as (update issuers set ${assignment}, version = version + 1
          where id = ${pg.escapeLiteral(issuerId)} returning id)
          select pg_notify('issuer_changed', id) from changed`,
      );
    },
    query: (sql, values) => owner.query(sql, values),
    close: async () => {
      for (const thing of opened) await thing.close();
      await owner.end();
      await drop();
    },
  };
  return world;
};

export const runtimeOf = <D extends Pick<Database, "verify">>(database: D, deps: Deps) => ({
  ...{ database, deps, rootIssuerId: "i_root", epoch: 1, tokens: tokensOf(database, deps), log: silent },
  outgoing: { send: () => Promise.reject(new Error("Nobody is asked.")) },
});

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}
export interface Server {
  port: number;
  call(path: string, options?: { method?: string; headers?: Record<string, string>; body?: string }): Promise<Answer>;
  close(): Promise<void>;
}

/** An application that serves the runtime alone. */
export const serve = async (world: World, issuers: Issuers): Promise<Server> => {
  const app = fastify();
  answerErrors(app, app.log);
  mountIdp(app, { issuers, runtime: runtimeOf(world.openDatabase(), world.deps) });
  await app.listen({ host: "127.0.0.1", port: 0 });
  const { port } = app.server.address() as AddressInfo;
  return {
    port,
    call: async (path, { method = "GET", headers = {}, body } = {}) => {
      const sent = request({ host: "127.0.0.1", port, path, method, headers });
      sent.end(body);
      const [answer] = await once(sent, "response");
      return { status: answer.statusCode, headers: answer.headers, body: await text(answer) };
    },
    close: () => app.close(),
  };
};

const tokensOf = ({ verify: query }: Pick<Database, "verify">, deps: Deps) =>
  new TokenVerifier({ query, deps, rootIssuerId: "i_root", epoch: 1 });

export const silent = { info: () => {}, warn: () => {}, error: () => {} };

const links = {
  privacy_policy: "https://example.com/privacy",
  terms_of_service: null,
  website: null,
  support: null,
  documentation: null,
};
