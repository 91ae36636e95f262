import type { FieldError } from "@authpi/schema";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { addressOf } from "../domain/ip.ts";
import type { Refusals } from "../limits/refusals.ts";
import { credentialOf } from "./credentials.ts";
import type { Item } from "./item.ts";
import { MeAnswers, type Problems } from "./me-answers.ts";
import type { Hit } from "./statement.ts";
import { bearerOf } from "./tokens/bearer.ts";
import type { TokenVerifier } from "./tokens/token-verifier.ts";
import type { Verifier } from "./verifier.ts";

export interface MeOptions extends Problems {
  verifier: Verifier;
  tokens: Pick<TokenVerifier, "verify">;
  /** What the event of a request carries as its trace. */
  traceOf: (request: FastifyRequest) => string;
  /** Counts the bad credentials. */
  refusals: Refusals;
}

/**
 * `GET /v1/me`, which stands in front of every request of our users' APIs: its header is parsed by hand, it is called back and
 * not awaited, and its answer is ready text. There is no access log of it.
 */
export const meRoute = (app: FastifyInstance, options: MeOptions): Pick<MeAnswers, "answered"> => {
  const { verifier, tokens, traceOf, refusals } = options;
  const answers = new MeAnswers(options, verifier.rootIssuerId, refusals);
  /** What is no key may be a token: off the hot path. */
  const answerBearer = (authorization: string, request: FastifyRequest, reply: FastifyReply) => {
    const token = bearerOf(authorization);
    if (token === undefined) return answers.bad(request, reply);
    const fields = wrongFields(request);
    if (fields.length > 0) return answers.invalid(request, reply, fields);
    const callerIp = addressOf(callerIpOf(request));
    const presented = { token, ip: addressOf(request.ip), callerIp, trace: traceOf(request), trigger: "me.get" };
    tokens
      .verify(presented)
      .then((judged) => answers.judged(request, reply, judged))
      .catch((error) => answers.failed(request, reply, error));
  };
  app.get("/v1/me", (request, reply) => {
    const { authorization } = request.headers;
    if (authorization === undefined) return answers.missing(request, reply);
    const credential = credentialOf(authorization);
    if (!credential) return answerBearer(authorization, request, reply);
    const fields = wrongFields(request);
    if (fields.length > 0) return answers.invalid(request, reply, fields);
    const { id, secret } = credential;
    verifier.verify(new Call(request, reply, answers, id, verifier.macHexOf(id, secret), traceOf(request)));
  });
  return answers;
};

/** A request that waits for its verification. */
class Call implements Item {
  readonly id: string;
  readonly mac: string;
  readonly trace: string;
  readonly ip: string | undefined;
  readonly callerIp: string | undefined;
  since = 0;
  readonly #request: FastifyRequest;
  readonly #reply: FastifyReply;
  readonly #answers: MeAnswers;

  constructor(
    request: FastifyRequest,
    reply: FastifyReply,
    answers: MeAnswers,
    id: string,
    mac: string,
    trace: string,
  ) {
    this.#request = request;
    this.#reply = reply;
    this.#answers = answers;
    this.id = id;
    this.mac = mac;
    this.trace = trace;
    this.ip = addressOf(request.ip);
    this.callerIp = addressOf(callerIpOf(request));
  }

  gone(): boolean {
    return this.#request.raw.socket.destroyed;
  }

  answer(error: Error | undefined, hit: Hit | undefined): void {
    if (this.gone()) return;
    if (hit) this.#answers.good(this.#request, this.#reply, this.id, hit);
    else if (error) this.#answers.failed(this.#request, this.#reply, error);
    else this.#answers.bad(this.#request, this.#reply);
  }
}

/**
 * The address that a backend names for its own caller, whose key it verifies. It stands for the peer's where the key is an
 * organization's: the backend enforces what it learns. An account's key is used by its holder, who could name any address: there
 * the peer's alone counts (statement.ts).
 */
const callerIpOf = (request: FastifyRequest): string | undefined => {
  const header = request.headers["x-client-ip"];
  return typeof header === "string" ? header : undefined;
};

const wrongFields = (request: FastifyRequest): FieldError[] => {
  const fields: FieldError[] = [];
  const callerIp = callerIpOf(request);
  if (callerIp !== undefined && addressOf(callerIp) === undefined) {
    fields.push({ field: "X-Client-IP", code: "invalid", message: "must be an address" });
  }
  if (request.raw.url?.includes("?")) {
    for (const field of Object.keys(request.query ?? {})) {
      fields.push({ field, code: "unknown", message: "is not a known field" });
    }
  }
  return fields;
};
