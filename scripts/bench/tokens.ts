import { type Server, startBareProvider } from "../server.ts";
import { type Block, compare } from "./blocks.ts";
import { type Measure, spreadOf } from "./report.ts";
import { basic } from "./seed.ts";
import type { Stage } from "./stage.ts";

const connections = 16;

/** P4: a token by client_credentials, ES256, of oidc-provider in memory, and of ours with its database and its event. */
export async function measureTokens({ api, account, server, plan }: Stage): Promise<Measure[]> {
  const issuer = await api.create(`${account}/issuers`, { name: "Bench" });
  const openid = { application_type: "m2m" };
  const { id = "", secret = "" } = await api.create(`${account}/issuers/${issuer.id}/clients`, {
    ...{ name: "Machine", type: "internal", confidential: true },
    settings: { scopes: ["invoices:read"], openid },
  });
  const bare = await startBareProvider(id, secret);
  try {
    const body = "grant_type=client_credentials&scope=invoices%3Aread";
    const form = `content-type: application/x-www-form-urlencoded\r\ncontent-length: ${body.length}`;
    const post = (path: string) =>
      `POST ${path} HTTP/1.1\r\nhost: localhost\r\nauthorization: ${basic({ id, secret })}\r\n${form}\r\n\r\n${body}`;
    const subject = (name: string, { pid, port }: Server, path: string) => ({
      ...{ name, pid, target: { port, connections, requests: [post(path)] } },
    });
    const pairs = await compare(
      subject("oidc-provider", bare, "/token"),
      subject("ours", server, `/${issuer.id}/token`),
      plan,
    );
    const errors = pairs.flat().reduce((sum, block) => sum + block.errors, 0);
    if (errors > 0) throw new Error(`${errors} requests failed: nothing that was measured is worth anything`);
    const measure = (name: string, unit: string, digits: number, of: (pair: [Block, Block]) => number): Measure => ({
      ...{ id: "", name, unit, digits, value: spreadOf(pairs.map(of)) },
    });
    return [
      {
        ...measure("oidc-provider in memory / our client_credentials", "", 2, ([a, b]) => a.nodeUs / b.nodeUs),
        ...{ id: "P4", bound: { least: 0.8, aim: 1.8 } },
      },
      measure("oidc-provider, Node", "us", 1, ([bareBlock]) => bareBlock.nodeUs),
      measure("our client_credentials, Node", "us", 1, ([, ours]) => ours.nodeUs),
      measure("our client_credentials, PostgreSQL", "us", 1, ([, ours]) => ours.postgresUs),
      measure("our client_credentials", "1/s", 0, ([, ours]) => ours.answers / ours.seconds),
    ];
  } finally {
    await bare.stop();
  }
}
