import type { FastifyInstance } from "fastify";
import type { Database } from "../db/open.ts";
import { Problem } from "./problem.ts";

/** `/healthz`: the process answers. `/readyz`: the database does too, and its schema is this version's. */
export const serveHealth = (app: FastifyInstance, database: Database): void => {
  app.get("/healthz", async () => ({ status: "ok" }));
  app.get("/readyz", async () => {
    const behind = await database.pendingMigrations().catch((cause: unknown) => {
      throw new Problem("unavailable", "The database does not answer.", { retryAfterSeconds: 1, cause });
    });
    if (behind.length > 0)
      throw new Problem("unavailable", "The database awaits its migrations.", { retryAfterSeconds: 5 });
    return { status: "ok" };
  });
};
