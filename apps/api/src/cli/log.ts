import type { FastifyBaseLogger } from "fastify";
import { pino } from "pino";
import type { LogLevel } from "../config.ts";

/** The server's log: lines of JSON on standard output. */
export function createLog(level: LogLevel): FastifyBaseLogger {
  return pino({ level });
}
