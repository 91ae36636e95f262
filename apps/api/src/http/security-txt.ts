import type { FastifyInstance } from "fastify";
import type { Clock } from "../domain/clock.ts";

interface SecurityTxt {
  url: string;
  contact: string;
  clock: Clock;
}

/** `/.well-known/security.txt` (RFC 9116): where to report a weakness. */
export const serveSecurityTxt = (app: FastifyInstance, { url, contact, clock }: SecurityTxt): void => {
  const path = "/.well-known/security.txt";
  app.get(path, async (_, reply) => {
    const expires = new Date(clock.now() + HALF_A_YEAR_MS).toISOString();
    const lines = [
      `Contact: ${contact}`,
      `Expires: ${expires}`,
      "Preferred-Languages: en, fr",
      `Canonical: ${url}${path}`,
    ];
    return reply.type("text/plain; charset=utf-8").send(`${lines.join("\n")}\n`);
  });
};

// RFC 9116, 2.5.5, recommends less than a year.
const HALF_A_YEAR_MS = 182 * 86_400_000;
