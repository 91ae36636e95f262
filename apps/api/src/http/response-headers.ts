import type { FastifyInstance } from "fastify";

/** What every answer carries. */
export const setHeaders = (app: FastifyInstance): void => {
  app.addHook("onRequest", (request, reply, done) => {
    reply.headers({ "x-request-id": request.id, "x-content-type-options": "nosniff" });
    done();
  });
};
