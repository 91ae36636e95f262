import type { FastifyRequest } from "fastify";
import type { Origin } from "../events/append.ts";
import type { Caller } from "./caller.ts";

/** Where the events of a request come from. */
export const originOf = (request: FastifyRequest, caller: Caller, trigger: string, epoch: number): Origin => {
  const userAgent = request.headers["user-agent"]?.slice(0, 500);
  return {
    source: "core",
    trigger,
    trace: traceOf(request),
    epoch,
    auth: {
      type: caller.type,
      ...caller.names,
      org_id: caller.orgId,
      ip: request.ip,
      ...(userAgent && { user_agent: userAgent }),
    },
  };
};

/** The trace id of a W3C `traceparent`, or the request's own id. */
export const traceOf = (request: FastifyRequest): string => {
  const parent = request.headers.traceparent;
  const id =
    typeof parent === "string" ? /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/.exec(parent)?.[1] : undefined;
  return id && !/^0+$/.test(id) ? id : request.id;
};
