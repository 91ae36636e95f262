import { expect } from "vitest";
import { good, newPlace, type Place } from "../../core/support.ts";
import type { World } from "../../harness/world.ts";

export interface MachinePlace extends Place {
  issuerUrl: string;
  /** A confidential client for machines, with what is given here besides. */
  client(settings?: object, more?: object): Promise<{ id: string; secret: string; path: string }>;
  /** An agent with a secret. */
  agent(body?: object): Promise<{ id: string; secret: string; path: string; verifierId: string }>;
  /** A token request, its form as it stands. */
  ask(form: Record<string, string> | string, headers?: Record<string, string>): Promise<TokenAnswer>;
}

export interface TokenAnswer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape, and their assertions are the check
  body: any;
}

export const newMachinePlace = async (world: World): Promise<MachinePlace> => {
  const place = await newPlace(world);
  const { api, issuer, issuerId } = place;
  const issuerUrl = `${world.server.url}/${issuerId}`;
  return {
    ...place,
    issuerUrl,
    client: async (settings = {}, more = {}) => {
      const { openid = {}, ...rest } = settings as { openid?: object };
      const body = { name: "machine", type: "internal", confidential: true, ...more };
      const whole = { scopes: ["invoices:read", "invoices:write"], ...rest };
      const client = good(
        await api.post(`${issuer}/clients`, {
          ...body,
          settings: { ...whole, openid: { application_type: "m2m", ...openid } },
        }),
      );
      return { id: client.id, secret: client.secret, path: `${issuer}/clients/${client.id}` };
    },
    agent: async (body = {}) => {
      const { id } = good(await api.post(`${issuer}/agents`, { name: "agent", scopes: ["invoices:read"], ...body }));
      const path = `${issuer}/agents/${id}`;
      const verifier = good(await api.post(`${path}/verifiers`, { type: "secret" }));
      return { id, secret: verifier.secret, path, verifierId: verifier.id };
    },
    ask: async (form, headers = {}) => {
      const body = typeof form === "string" ? form : new URLSearchParams(form).toString();
      const type = { "content-type": "application/x-www-form-urlencoded" };
      const answer = await fetch(`${issuerUrl}/token`, { method: "POST", headers: { ...type, ...headers }, body });
      const text = await answer.text();
      return { status: answer.status, headers: answer.headers, body: text === "" ? undefined : JSON.parse(text) };
    },
  };
};

export const grant = { grant_type: "client_credentials" };
export const post = ({ id, secret }: { id: string; secret: string }) => ({
  ...grant,
  client_id: id,
  client_secret: secret,
});
export const basicOf = ({ id, secret }: { id: string; secret: string }) => ({
  authorization: `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString("base64")}`,
});

export const expectToken = ({ status, body }: TokenAnswer): string => {
  expect(status, JSON.stringify(body)).toBe(200);
  return body.access_token;
};
