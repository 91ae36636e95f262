import type { ErrorName, FieldError } from "@authpi/schema";
import type { FastifyReply, FastifyRequest } from "fastify";
import { sourceOf } from "../domain/ip.ts";
import type { Refusals } from "../limits/refusals.ts";
import { Unavailable } from "./item.ts";
import type { Hit } from "./statement.ts";
import { meOfToken } from "./tokens/me-of-token.ts";
import type { Judgement } from "./tokens/token-verifier.ts";

/** Errors in the API's one form, which belongs to the layer above. */
export interface Problems {
  unauthorized: () => Error;
  problem: (kind: ErrorName, detail: string, extras?: ProblemExtras) => Error;
}
interface ProblemExtras {
  fields?: FieldError[];
  retryAfterSeconds?: number;
}

/** How `GET /v1/me` is answered; what was refused is limited by its source. */
export class MeAnswers {
  /** By their status, since the start. */
  readonly answered = { "200": 0, "400": 0, "401": 0, "429": 0, "500": 0, "503": 0 };
  readonly #problems: Problems;
  readonly #rootIssuerId: string;
  readonly #refusals: Refusals;

  constructor(problems: Problems, rootIssuerId: string, refusals: Refusals) {
    this.#problems = problems;
    this.#rootIssuerId = rootIssuerId;
    this.#refusals = refusals;
  }

  good(request: FastifyRequest, reply: FastifyReply, keyId: string, hit: Hit): void {
    this.answered["200"]++;
    send(request, reply, hit[2] === this.#rootIssuerId ? accountKey(keyId, hit) : organizationKey(keyId, hit));
  }

  /** A token's end is told where one of our issuers had signed it: that is no guess at a credential, and is not counted. */
  judged(request: FastifyRequest, reply: FastifyReply, judged: Judgement): void {
    if (judged.reason === null) {
      this.answered["200"]++;
      send(request, reply, JSON.stringify({ data: meOfToken(judged.verified) }));
    } else if (judged.reason === "expired") {
      this.answered["401"]++;
      fail(request, reply, this.#problems.problem("expired", "The token has expired."));
    } else this.bad(request, reply);
  }

  /** No credential, which is not counted. */
  missing(request: FastifyRequest, reply: FastifyReply): void {
    this.answered["401"]++;
    fail(request, reply, this.#problems.unauthorized());
  }

  bad(request: FastifyRequest, reply: FastifyReply): void {
    const limited = this.#refusals.count(sourceOf(request.ip));
    this.answered[limited ? "429" : "401"]++;
    fail(request, reply, limited ?? this.#problems.unauthorized());
  }

  invalid(request: FastifyRequest, reply: FastifyReply, fields: FieldError[]): void {
    this.answered["400"]++;
    const detail = fields.map(({ field, message }) => `${field} ${message}`).join("; ");
    fail(request, reply, this.#problems.problem("invalid", `${detail}.`, { fields }));
  }

  failed(request: FastifyRequest, reply: FastifyReply, error: Error): void {
    this.answered[error instanceof Unavailable ? "503" : "500"]++;
    const { problem } = this.#problems;
    const unavailable = () =>
      problem("unavailable", "Credentials cannot be verified right now.", { retryAfterSeconds: 1 });
    fail(request, reply, error instanceof Unavailable ? unavailable() : error);
  }
}

const send = (request: FastifyRequest, reply: FastifyReply, body: string): void => {
  reply.raw.writeHead(200, {
    "content-type": "application/json; charset=utf-8",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "x-request-id": request.id,
    "content-length": Buffer.byteLength(body),
  });
  reply.raw.end(body);
};

const fail = (request: FastifyRequest, reply: FastifyReply, error: Error): void => {
  reply.headers({ "cache-control": "no-store", "x-request-id": request.id }).send(error);
};

/** The contract's `Me` as text: ids and the scopes' JSON as the database wrote it need no escaping. */
const accountKey = (keyId: string, [, accountId, issuerId, orgId, scopes]: Hit): string =>
  `${head}${keyId}${middle}${issuerId}","accounts":[{"account_id":"${accountId}","org_id":"${orgId}","scopes":${scopes}}],"organizations":[]}}`;
const organizationKey = (keyId: string, [, , issuerId, orgId, scopes]: Hit): string =>
  `${head}${keyId}${middle}${issuerId}","accounts":[],"organizations":[{"org_id":"${orgId}","scopes":${scopes}}]}}`;
const head = '{"data":{"type":"api_key","key_id":"';
const middle = '","user_id":null,"agent_id":null,"client_id":null,"issuer_id":"';
