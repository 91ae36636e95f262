import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";

export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  // A server on TCP has an address of this kind while it listens.
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
};
