import { once } from "node:events";
import { createServer } from "node:net";
import type { FastifyInstance } from "fastify";
import type { Config } from "../config.ts";
import { errorCode } from "../db/connect.ts";
import { OperatorError } from "../domain/operator-error.ts";

type Place = Pick<Config, "host" | "port">;

/** Tries the port and leaves it again: a start that must fail does so before it has touched anything. */
export async function assertPortIsFree(place: Place, setting?: string): Promise<void> {
  const server = createServer();
  server.listen(place);
  await once(server, "listening").catch((error) => explain(error, place, setting));
  server.close();
  await once(server, "close");
}

export async function listen(app: FastifyInstance, { host, port }: Place): Promise<void> {
  await app
    .listen({ host, port, listenTextResolver: (address) => `listening at ${address}` })
    .catch((error) => explain(error, { host, port }));
}

export function explain(cause: unknown, { host, port }: Place, setting = "AUTHPI_PORT"): never {
  const advice: Record<string, string> = {
    EADDRINUSE: `Port ${port} of ${host} is taken. Stop the program that listens there, or set ${setting} to another port.`,
    EACCES: `This user may not listen on port ${port}. Set ${setting} to 1024 or above, or give node the capability cap_net_bind_service.`,
    EADDRNOTAVAIL: `${host} is not an address of this machine. Correct AUTHPI_HOST.`,
    ENOTFOUND: `The host name ${host} is unknown. Correct AUTHPI_HOST.`,
  };
  const message = advice[errorCode(cause) ?? ""];
  throw message ? new OperatorError(message, { cause }) : cause;
}
