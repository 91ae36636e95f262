import type { FastifyBaseLogger } from "fastify";
import { destination, pino } from "pino";
import type { LogLevel } from "../config.ts";

/** The server's log: lines of JSON on standard output, some at a time, since a write for each is an eighth of what a request costs. */
export function createLog(level: LogLevel): FastifyBaseLogger {
  return pino({ level }, destination({ sync: false, minLength: 4096, periodicFlush: 200 }));
}
