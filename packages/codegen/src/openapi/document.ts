import type { Resource } from "@authpi/schema";
import { type Route, routesOf } from "../route.ts";
import { conventions } from "./conventions.ts";
import { errorResponses } from "./errors.ts";
import { sharedHeaders } from "./headers.ts";
import { namedSchemas } from "./named-schemas.ts";
import { operationOf } from "./operation.ts";
import { sharedParameters } from "./parameters.ts";
import { sharedExamples } from "./responses.ts";
import { tagsOf } from "./tags.ts";

/** The OpenAPI 3.1 document of the Core API. */
export const openapi = (resources: readonly Resource[]) => {
  const routes = routesOf(resources);
  const schemas = namedSchemas();
  const paths = pathsOf(routes, (route) => operationOf(route, schemas, routes));
  const responses = errorResponses(new Set(routes.flatMap(({ statuses }) => statuses)), schemas);
  return {
    openapi: "3.1.0",
    info: {
      title: "AuthPI Core API",
      version: "v1",
      description: conventions,
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "http://localhost:4000", description: "Where `start` serves; yours is `AUTHPI_URL`." }],
    security: [{ apiKey: [] }, { token: [] }],
    tags: tagsOf(resources),
    paths,
    components: {
      securitySchemes: {
        apiKey: {
          type: "http",
          scheme: "basic",
          description: "An API key: its id as the user name, its secret as the password.",
        },
        token: { type: "http", scheme: "bearer", description: "An access token or a personal token." },
      },
      parameters: sharedParameters(routes),
      headers: sharedHeaders,
      responses,
      examples: sharedExamples(routes),
      schemas: schemas.components(),
    },
  };
};

const pathsOf = <T>(routes: readonly Route[], write: (route: Route) => T): Record<string, Record<string, T>> => {
  const paths: Record<string, Record<string, T>> = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: write(route) };
  }
  return paths;
};
