import { methodOf, pathOf, type Resource } from "@authpi/schema";
import type { FastifyInstance } from "fastify";
import { Problem } from "./problem.ts";

/** Answers 405 with `Allow` on every path of the contracts, for the methods that it does not have. */
export const answerOtherMethods = (app: FastifyInstance, resources: readonly Resource[]): void => {
  for (const [path, methods] of methodsByPath(resources)) {
    const allow = [...methods].join(", ");
    app.route({
      method: app.supportedMethods.filter((method) => !methods.has(method)),
      url: path.replace(/\{(\w+)\}/g, ":$1"),
      exposeHeadRoute: false,
      onRequest: async () => {
        throw new Problem("method", `This path has ${allow}.`, { allow });
      },
      handler: () => {},
    });
  }
};

const methodsByPath = (resources: readonly Resource[]): Map<string, Set<string>> => {
  const paths = new Map<string, Set<string>>();
  for (const resource of resources) {
    for (const operation of Object.values(resource.operations)) {
      const path = pathOf(resource, operation);
      const methods = paths.get(path) ?? new Set<string>();
      paths.set(path, methods.add(methodOf(operation)));
      if (methodOf(operation) === "GET") methods.add("HEAD");
    }
  }
  return paths;
};
