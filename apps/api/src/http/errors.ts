import type { FastifyBaseLogger, FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { Overloaded } from "../domain/bounded-queue.ts";
import { RateLimited } from "../limits/rate-limited.ts";
import { Unavailable } from "../verification/verifier.ts";
import { invalid, notFound, Problem, unauthorized } from "./problem.ts";
import { headersOf } from "./response-headers.ts";

/** Every error leaves in one form; what is not a Problem is a fault of ours and goes to the log. */
export const answerErrors = (app: FastifyInstance, log: FastifyBaseLogger): void => {
  app.setErrorHandler((error: FastifyError | Problem, request, reply) => {
    const problem = toProblem(error);
    if (problem.status >= 500) log.error({ reqId: request.id, err: problem.cause ?? problem }, problem.message);
    return sendProblem(problem, request, reply);
  });
  app.setNotFoundHandler((request, reply) => sendProblem(notFound(), request, reply));
};

/** A path that cannot be read, or is too long, names nothing; it reaches no route and no hook. */
export const answerBadPath = (_: FastifyError, request: FastifyRequest, reply: FastifyReply): void => {
  sendProblem(notFound(), request, reply);
};

export const sendProblem = (problem: Problem, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
  const headers = { ...headersOf(request), "cache-control": "no-store", ...problem.headers() };
  return reply.code(problem.status).headers(headers).type("application/json").send(problem.body(request.id));
};

/** What an error is to whoever caused it or must bear with it. */
export const toProblem = (error: FastifyError | Problem): Problem => {
  if (error instanceof Problem) return error;
  // Fastify wraps what a schema's formatter made.
  if (error.cause instanceof Problem) return error.cause;
  if (error instanceof RateLimited) {
    const { message, limit, retryAfterSeconds } = error;
    return new Problem("rateLimited", message, { retryAfterSeconds, rateLimit: { limit, remaining: 0 } });
  }
  if (error instanceof Unavailable) {
    return new Problem("unavailable", "Credentials cannot be verified right now.", {
      retryAfterSeconds: 1,
      cause: error,
    });
  }
  if (error instanceof Overloaded) {
    return new Problem("unavailable", "Too many passwords wait to be looked at.", {
      retryAfterSeconds: 1,
      cause: error,
    });
  }
  const { code, statusCode } = error;
  if (statusCode === 401) return unauthorized();
  if (code === "FST_ERR_CTP_BODY_TOO_LARGE") return new Problem("tooLarge", "The body is larger than 1 MiB.");
  if (code?.startsWith("FST_ERR_CTP_INVALID_MEDIA"))
    return new Problem("contentType", "The body must be application/json.");
  if (statusCode === 400) return invalid({ field: "body", code: "invalid", message: "cannot be read" });
  return (
    databaseProblem(error) ??
    new Problem("internal", "The server failed; the reference finds this in its log.", { cause: error })
  );
};

/** Serialization failures, deadlocks, timeouts and lost connections: the same request may succeed in a moment. */
const retryable =
  /^(40001|40P01|55P03|57014|57P0[123]|53[0-9A-Z]{3}|08[0-9A-Z]{3}|ECONNREFUSED|ECONNRESET|ENOENT|EPIPE)$/;

const databaseProblem = (error: FastifyError): Problem | undefined => {
  const lost = /Connection terminated|is not queryable|timeout exceeded when trying to connect/.test(error.message);
  if (!lost && !retryable.test(error.code ?? "")) return undefined;
  return new Problem("unavailable", "The database does not answer right now.", { retryAfterSeconds: 1, cause: error });
};
