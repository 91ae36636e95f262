import type { FastifyInstance } from "fastify";

/** One line a request, with what finds it again and nothing that is secret. */
export const logAccess = (app: FastifyInstance): void => {
  app.addHook("onResponse", async (request, reply) => {
    request.log.info(
      {
        method: request.method,
        route: request.routeOptions.url,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
        key_id: request.caller?.keyId,
      },
      "request",
    );
  });
};
