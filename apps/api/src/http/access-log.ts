import type { FastifyBaseLogger, FastifyInstance } from "fastify";

/** One line a request, with what finds it again and nothing that is secret. */
export const logAccess = (app: FastifyInstance, log: FastifyBaseLogger): void => {
  app.addHook("onResponse", async (request, reply) => {
    log.info(
      {
        reqId: request.id,
        method: request.method,
        route: request.routeOptions.url,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
        caller: request.caller?.id,
      },
      "request",
    );
  });
};
