import { once } from "node:events";
import { createServer } from "node:http";
import type { Metrics } from "./registry.ts";

/** Serves `GET /metrics` on a port of its own, which needs no credential and is not for the public. Resolves when it listens. */
export const serveMetrics = async (
  metrics: Metrics,
  place: { host: string; port: number },
): Promise<{ port: number; close(): Promise<void> }> => {
  const server = createServer((request, response) => {
    // Null for `//` and the like: what is thrown in here would end the process.
    const url = URL.parse(request.url ?? "/", "http://metrics");
    if (url?.pathname !== "/metrics" || (request.method !== "GET" && request.method !== "HEAD")) {
      response.writeHead(404).end();
      return;
    }
    metrics.text().then(
      (text) => response.writeHead(200, { "content-type": metrics.contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  });
  server.listen(place);
  await once(server, "listening");
  const address = server.address();
  return {
    port: typeof address === "object" && address ? address.port : place.port,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
};
