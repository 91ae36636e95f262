import { fastify } from "fastify";

/** One route that answers with a constant, as Fastify serves it best: what the bench measures `GET /v1/me` against. */
const me = {
  type: "api_key",
  key_id: "key_0123456789abcdef0123456789abcdef",
  user_id: null,
  agent_id: null,
  client_id: null,
  issuer_id: "i_01kb2m4q7x9w3e5r8t1y6u0p2",
  accounts: [],
  organizations: [
    { org_id: "org_01kb2m4q7x9w3e5r8t1y6u0p2", scopes: ["invoices:read", "invoices:write", "users:read"] },
  ],
};
const id = { type: ["string", "null"] };
const scopes = { type: "array", items: { type: "string" } };
const membership = { type: "object", properties: { account_id: id, org_id: id, scopes } };
const properties = {
  ...{ type: id, key_id: id, user_id: id, agent_id: id, client_id: id, issuer_id: id },
  accounts: { type: "array", items: membership },
  organizations: { type: "array", items: membership },
};
const schema = { response: { 200: { type: "object", properties: { data: { type: "object", properties } } } } };

const app = fastify({ logger: false });
app.get("/v1/me", { schema }, (_, reply) => {
  reply.send({ data: me });
});
const url = await app.listen({ host: "127.0.0.1", port: Number(process.argv[2]) });
console.log(`The yardstick is ready at ${url}`);
process.once("SIGTERM", () => app.close().then(() => process.exit(0)));
