import type { FastifyInstance, FastifyRequest } from "fastify";

/** What every answer carries. */
export const setHeaders = (app: FastifyInstance): void => {
  app.addHook("onRequest", (request, reply, done) => {
    reply.headers(headersOf(request));
    done();
  });
};

export const headersOf = ({ id }: FastifyRequest) => ({ "x-request-id": id, "x-content-type-options": "nosniff" });
