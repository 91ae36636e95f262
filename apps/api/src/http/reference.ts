import { readFile } from "node:fs/promises";
import fastify, { type FastifyInstance } from "fastify";

const openapi = new URL("../../../../docs/generated/openapi.json", import.meta.url);
const script = "/docs/reference.js";

/** `/openapi.json`, and `/docs`, the page that shows it: Scalar's, from our own origin, loaded when first asked for. */
export const serveReference = (app: FastifyInstance, url: string): void => {
  let document: Promise<string> | undefined;
  let bundle: Promise<string> | undefined;

  app.get("/openapi.json", async (_, reply) => {
    document ??= readFile(openapi, "utf8").then((text) => withServer(text, url));
    reply.header("access-control-allow-origin", "*");
    return reply.type("application/json; charset=utf-8").send(await document);
  });
  app.get("/docs", async (_, reply) => {
    reply.header("content-security-policy", policy).header("referrer-policy", "no-referrer");
    return reply.type("text/html; charset=utf-8").send(page);
  });
  app.get(script, async (_, reply) => {
    bundle ??= readBundle();
    reply.header("cache-control", "public, max-age=3600");
    return reply.type("text/javascript; charset=utf-8").send(await bundle);
  });
};

/** The document names the server that serves it. */
const withServer = (text: string, url: string): string => JSON.stringify({ ...JSON.parse(text), servers: [{ url }] });

/** The package carries its bundle inside of a Fastify plugin: an app of its own hands it out. */
const readBundle = async (): Promise<string> => {
  const { default: plugin } = await import("@scalar/fastify-api-reference");
  const scalar = fastify();
  await scalar.register(plugin, { routePrefix: "/docs", configuration: { url: "/openapi.json" } });
  const { body } = await scalar.inject("/docs/js/scalar.js");
  await scalar.close();
  return body;
};

const configuration = {
  url: "/openapi.json",
  withDefaultFonts: false,
  telemetry: false,
  agent: { disabled: true },
  mcp: { disabled: true },
  hideClientButton: true,
  showDeveloperTools: "never",
};
const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>AuthPI API reference</title>
<link rel="icon" href="data:,">
</head>
<body>
<noscript>This page needs JavaScript; the document itself is at <a href="/openapi.json">/openapi.json</a>.</noscript>
<script id="api-reference" data-configuration='${JSON.stringify(configuration)}'></script>
<script src="${script}"></script>
</body>
</html>
`;
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  // The bundle writes its own styles into the page.
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");
