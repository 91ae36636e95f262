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
      const place = { rootIssuerId: "i_root", epoch: 1 };
      return later(await createIssuers({ deps, log: silent, ...place, ...options, database }));
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
