import fastify, { type FastifyBaseLogger } from "fastify";
import type { LogLevel } from "../config.ts";

/** The server's log: pino's lines of JSON on standard output, as Fastify sets it up. */
export function createLog(level: LogLevel): FastifyBaseLogger {
  return fastify({ logger: { level } }).log;
}
