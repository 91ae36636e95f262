import { createServer } from "node:http";
import { createBareProvider, serveBare } from "./bare-provider.ts";

/** oidc-provider in memory, on one port: the bench measures our tokens for machines against its own. */
const [, , port = "", id = "", secret = ""] = process.argv;
const url = `http://127.0.0.1:${port}`;
const client = {
  ...{ client_id: id, client_secret: secret, redirect_uris: [], response_types: [] },
  ...{ grant_types: ["client_credentials"], scope: "invoices:read" },
};
const server = createServer();
serveBare(await createBareProvider({ url, client, scopes: ["invoices:read"], resources: [] }), server);
server.listen(Number(port), "127.0.0.1", () => console.log(`The yardstick is ready at ${url}`));
process.once("SIGTERM", () => process.exit(0));
