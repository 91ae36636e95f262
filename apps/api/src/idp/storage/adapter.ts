import { type Adapter, type AdapterFactory, type AdapterPayload, errors } from "oidc-provider";
import type { Tx } from "../../db/tx.ts";
import { askerOf, currentContext, type IssuerPlace, type Runtime } from "../runtime.ts";
import { isAlive, touchSession } from "./activity.ts";
import * as artifacts from "./artifacts.ts";
import { findClient } from "./clients.ts";
import { endFamily } from "./endings.ts";
import { beginSessions } from "./sessions.ts";

/** Two tabs, or an answer that was lost: the second use of a refresh token in so short a time is refused, and ends nothing. */
const TOLERATED_MS = 3000;

/** What oidc-provider stores, by issuer and model; every step that decides something is one statement. */
export const adapterFor = (runtime: Runtime, issuer: IssuerPlace): AdapterFactory => {
  return (model) => (model === "Client" ? clients(runtime, issuer) : new ArtifactAdapter(runtime, issuer, model));
};

class ArtifactAdapter implements Adapter {
  readonly #runtime: Runtime;
  readonly #issuer: IssuerPlace;
  readonly #model: string;

  constructor(runtime: Runtime, issuer: IssuerPlace, model: string) {
    this.#runtime = runtime;
    this.#issuer = issuer;
    this.#model = model;
  }

  async upsert(id: string, payload: AdapterPayload, expiresIn: number): Promise<void> {
    const key = this.#key(id);
    const expiresAt = this.#now() + expiresIn * 1000;
    const once = this.#model === "ReplayDetection";
    const written = await this.#transaction(async (tx) => {
      if (this.#model === "AuthorizationCode") await beginSessions(tx, this.#runtime, this.#issuer, payload);
      if (this.#model === "RefreshToken" || this.#model === "Session") {
        await touchSession(tx, this.#runtime, this.#issuer, this.#model, payload);
      }
      return artifacts.put(tx, key, withoutSecrets(payload), { expiresAt, once });
    });
    if (!written) throw new errors.InvalidClient("client assertion tokens must only be used once");
  }

  find(id: string): Promise<AdapterPayload | undefined> {
    return this.#transaction(async (tx) => this.#live(tx, await artifacts.find(tx, this.#key(id)), id));
  }

  /** Without its own id, which nobody knows: a cookie is found by what it says alone. */
  findByUid(uid: string): Promise<AdapterPayload | undefined> {
    return this.#transaction(async (tx) => this.#live(tx, await artifacts.findByUid(tx, this.#key(""), uid)));
  }

  async findByUserCode(): Promise<undefined> {
    return undefined;
  }

  async consume(id: string): Promise<void> {
    const won = await this.#transaction((tx) => artifacts.consume(tx, this.#key(id), this.#now()));
    if (!won) throw new errors.InvalidGrant("it was used already");
  }

  async destroy(id: string): Promise<void> {
    await this.#transaction((tx) => artifacts.remove(tx, this.#key(id)));
  }

  async revokeByGrantId(grantId: string): Promise<void> {
    await this.#transaction((tx) => artifacts.removeFamily(tx, this.#issuer.id, grantId, this.#model));
  }

  async #live(tx: Tx, row: artifacts.Artifact | undefined, id?: string): Promise<AdapterPayload | undefined> {
    if (!row) return undefined;
    const payload = { ...row.payload, ...(id !== undefined && { jti: id }) };
    const route = currentContext()?.oidc.route;
    if (row.consumed_at === null) {
      if (row.expires_at <= this.#now()) return undefined;
      // What is given up while its session is suspended does not come back with that.
      if (route === "revocation") return payload;
      return (await isAlive(tx, this.#runtime, this.#issuer, this.#model, payload)) ? payload : undefined;
    }
    const consumed = { ...payload, consumed: Math.floor(row.consumed_at / 1000) };
    // To ask about a token, or to give it up, is no use of it: nobody ends a family with what is not their own.
    if (route !== "token") return consumed;
    const ago = this.#now() - row.consumed_at;
    if (this.#model === "RefreshToken" && ago < TOLERATED_MS) return undefined;
    await endFamily(tx, this.#runtime, this.#issuer, this.#model, payload, askerOf());
    return consumed;
  }

  #key(id: string) {
    return { issuerId: this.#issuer.id, model: this.#model, id };
  }

  #transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.#runtime.database.transaction(this.#issuer.accountId, work);
  }

  #now(): number {
    return this.#runtime.deps.clock.now();
  }
}

/** Hashing an id would hide nothing while the payload names it. */
const withoutSecrets = ({ jti: _, session, ...payload }: AdapterPayload): AdapterPayload => {
  if (!session) return payload;
  const { cookie: __, ...named } = session as typeof session & { cookie?: string };
  return { ...payload, session: named as typeof session };
};

const clients = ({ database }: Runtime, issuer: IssuerPlace): Adapter => {
  const refused = async () => {
    throw new Error("Clients are made by the Core API.");
  };
  const nothing = async () => undefined;
  return {
    find: (id) => database.transaction(issuer.accountId, (tx) => findClient(tx, issuer, id)),
    findByUid: nothing,
    findByUserCode: nothing,
    upsert: refused,
    consume: refused,
    destroy: refused,
    revokeByGrantId: refused,
  };
};
