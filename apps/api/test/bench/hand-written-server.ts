import { fastify } from "fastify";
import pg from "pg";
import { attachEmbedded } from "../../src/db/embedded.ts";
import { createIds } from "../../src/domain/ids.ts";

/** One route with the transaction that somebody would write by hand: a row and its event. The bench measures our POST against it. */
const [, , port, dataDir = "", accountId = "", issuerId = ""] = process.argv;
const connection = await attachEmbedded(dataDir);
if (!connection) throw new Error("the server's PostgreSQL does not run");
const pool = new pg.Pool({ ...connection, max: 10 });
const ids = createIds({ now: Date.now });
const empty = { email: null, phone: null, website_url: null };

const insertRow = `insert into organizations (account_id, issuer_id, id, name, contact, security, sso, created_at, updated_at)
  values ($1, $2, $3, $4, $5, '{}', '{}', $6, $6)`;
const insertEvent = `insert into events (account_id, id, metered, created_at, epoch, type, source, trigger, trace, auth, subject, data, issuer_id, org_id)
  values ($1, $2, false, $3, 1, 'organization.created', 'core', 'organizations.create', $4, $5, $6, $7, $8, $9)`;

const app = fastify({ logger: false });
app.post<{ Body: { name: string } }>("/organizations", async (request, reply) => {
  const id = ids.make("organization");
  const eventId = ids.make("event");
  const now = Date.now();
  const resource = {
    id,
    account_id: accountId,
    issuer_id: issuerId,
    name: request.body.name,
    contact: empty,
    created_at: now,
    updated_at: now,
  };
  const subject = { type: "organization", id, account_id: accountId, issuer_id: issuerId, org_id: id };
  const client = await pool.connect();
  try {
    await client.query("begin");
    await client.query(insertRow, [accountId, issuerId, id, request.body.name, empty, now]);
    await client.query(insertEvent, [
      accountId,
      eventId,
      now,
      request.id,
      { type: "api_key" },
      subject,
      { resource },
      issuerId,
      id,
    ]);
    await client.query("commit");
  } finally {
    client.release();
  }
  return reply.code(201).send({ data: resource });
});
const url = await app.listen({ host: "127.0.0.1", port: Number(port) });
console.log(`The yardstick is ready at ${url}`);
process.once("SIGTERM", () =>
  app
    .close()
    .then(() => pool.end())
    .then(() => process.exit(0)),
);
