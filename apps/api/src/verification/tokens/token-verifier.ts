import { narrowerBy } from "@authpi/schema";
import type { NamedStatement } from "../../db/open.ts";
import type { Deps } from "../../deps.ts";
import { timeOfId } from "../../domain/ids.ts";
import { Unavailable } from "../item.ts";
import { type Claims, claimsOf } from "./claims.ts";
import type { Asked, Facts, Membership, Refusal } from "./facts.ts";
import { createSignatures, type StoredKey } from "./signature.ts";
import { keyStatement, tokenParameters, tokenStatement } from "./statement.ts";

export interface TokenVerifierOptions {
  /** Runs one statement as the verification's role. */
  query<Row extends object>(statement: NamedStatement, values: readonly unknown[]): Promise<Row[]>;
  deps: Pick<Deps, "clock" | "ids" | "url" | "idpUrl">;
  rootIssuerId: string;
  epoch: number;
}

export interface PresentedToken {
  token: string;
  ip: string | undefined;
  /** The address that the peer names for its own caller. */
  callerIp?: string | undefined;
  trace: string;
  /** The operation in whose course it is verified. */
  trigger: string;
}

/** What a good token is. */
export interface VerifiedToken {
  type: "user" | "personal_token" | "agent" | "client";
  tokenId: string | null;
  userId: string | null;
  agentId: string | null;
  clientId: string | null;
  issuerId: string;
  /** Of the root issuer, whose memberships are accounts. */
  root: boolean;
  memberships: Membership[];
  /** What the Core API lets it do, account by account; none where the token was not issued for it. */
  acts: Membership[];
}
export interface Read {
  reason: Refusal | null;
  /** Undefined where no issuer has signed it. */
  claims: Claims | undefined;
}
export type Judgement = { reason: Refusal } | { reason: null; verified: VerifiedToken };

/** How far the clocks of issuer and verifier may stand apart. */
const toleranceSeconds = 5;

/**
 * Verifies the tokens of this installation's issuers (RFC 9068, 4; RFC 8725): first what needs no database, then the signature, then
 * the truth as the database has it now. No answer is remembered.
 */
export class TokenVerifier {
  readonly rootIssuerId: string;
  readonly #options: TokenVerifierOptions;
  readonly #isSigned: (claims: Claims) => Promise<boolean>;

  constructor(options: TokenVerifierOptions) {
    this.rootIssuerId = options.rootIssuerId;
    this.#options = options;
    this.#isSigned = createSignatures(async (issuerId, kid) => {
      const [key] = await this.#query<StoredKey>(keyStatement, [issuerId, kid]);
      return key;
    });
  }

  /** What a token says, where one of the issuers signed it, and whether it is of this time. */
  async read(token: string): Promise<Read> {
    const { deps } = this.#options;
    const claims = claimsOf(token, deps.idpUrl);
    if (!claims || !(await this.#isSigned(claims))) return { reason: "invalid", claims: undefined };
    const now = deps.clock.now() / 1000;
    if (claims.expiresAt <= now - toleranceSeconds) return { reason: "expired", claims };
    const begun = Math.max(claims.notBefore, claims.issuedAt) <= now + toleranceSeconds;
    return { reason: begun ? null : "invalid", claims };
  }

  /** @throws {Unavailable} where nobody can say. */
  async verify({ token, ip, callerIp, trace, trigger }: PresentedToken): Promise<Judgement> {
    const { deps, epoch } = this.#options;
    const { reason, claims } = await this.read(token);
    if (reason || !claims) return { reason: reason ?? "invalid" };
    const eventId = deps.ids.make("event");
    const asked = this.ask(claims, ip, callerIp);
    const recorded = { eventId, eventAt: timeOfId(eventId) ?? asked.now, epoch, trigger, trace };
    const [facts] = await this.#query<Facts>(tokenStatement, tokenParameters(asked, recorded));
    return this.judge(claims, facts);
  }

  /** What the facts are asked of. */
  ask(claims: Claims, ip: string | undefined, callerIp: string | undefined): Asked {
    return { claims, rootIssuerId: this.rootIssuerId, ip, callerIp, now: this.#options.deps.clock.now() };
  }

  judge(claims: Claims, facts: Facts | undefined): Judgement {
    if (!facts) return { reason: "invalid" };
    if (facts.reason) return { reason: facts.reason };
    const root = claims.issuerId === this.rootIssuerId;
    const rule = { manage: root };
    const cut = (memberships: readonly Membership[], by: readonly string[]): Membership[] => {
      const narrow = narrowerBy(by, rule);
      return memberships.map((one) => ({ ...one, scopes: narrow(one.scopes) }));
    };
    const memberships = facts.limit ? cut(facts.memberships, facts.limit) : facts.memberships;
    const verified: VerifiedToken = {
      ...{ type: typeOf(claims), tokenId: claims.tokenId ?? null, userId: facts.user_id },
      ...{ agentId: claims.agentId ?? null, clientId: claims.clientId ?? null, issuerId: claims.issuerId },
      ...{ root, memberships, acts: [] },
    };
    if (!root || !this.#isForCore(claims, facts)) return { reason: null, verified };
    return {
      reason: null,
      verified: { ...verified, acts: claims.tokenId ? memberships : cut(memberships, claims.scopes) },
    };
  }

  /** An access token names this API as its audience; a personal token may leave its audience open. */
  #isForCore({ tokenId, audience }: Claims, facts: Facts): boolean {
    const core = `${this.#options.deps.url}/v1`;
    if (tokenId) return facts.audience === null || facts.audience === core;
    return audience.includes(core);
  }

  async #query<Row extends object>(statement: NamedStatement, values: readonly unknown[]): Promise<Row[]> {
    return this.#options.query<Row>(statement, values).catch((cause: Error) => {
      throw new Unavailable(cause.message, { cause });
    });
  }
}

const typeOf = ({ tokenId, userId, agentId }: Claims): VerifiedToken["type"] => {
  if (tokenId) return "personal_token";
  if (userId) return "user";
  return agentId ? "agent" : "client";
};
