import type { FastifyContextConfig, FastifyInstance } from "fastify";

interface Observer {
  answered(operation: string, status: number, seconds: number): void;
}

/** Counts the requests by their operation, or by the pattern of their route: a path that somebody made up is never a label. */
export const observeRequests = (app: FastifyInstance, observer: Observer): void => {
  app.addHook("onResponse", (request, reply, done) => {
    const { config, url } = request.routeOptions;
    observer.answered(operationOf(config, url), reply.statusCode, reply.elapsedTime / 1000);
    done();
  });
};

const operationOf = (config: FastifyContextConfig & { operationId?: string }, url: string | undefined): string =>
  config.operationId ?? url?.replaceAll(/\([^)]*\)/g, "") ?? "none";
