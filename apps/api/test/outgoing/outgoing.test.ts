import { once } from "node:events";
import { createServer as createHttpServer, type RequestListener } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo, Server } from "node:net";
import { afterAll, expect, test } from "vitest";
import { createOutgoing, type OutgoingOptions } from "../../src/outgoing/outgoing.ts";
import { cert, key } from "./certificate.ts";

const closing: (() => unknown)[] = [];
afterAll(async () => {
  for (const close of closing) await close();
});

const listening = async (server: Server, host = "127.0.0.1", port = 0): Promise<number> => {
  server.listen(port, host);
  await once(server, "listening");
  closing.push(() => server.close());
  return (server.address() as AddressInfo).port;
};
const outgoing = (options: Partial<OutgoingOptions> = {}) => {
  const made = createOutgoing({ allow: [], development: true, ...options });
  closing.push(() => made.close());
  return made;
};
const post = { method: "POST", headers: { "content-type": "application/json" }, body: "{}" } as const;
const serve = async (handler: RequestListener) => `http://127.0.0.1:${await listening(createHttpServer(handler))}/`;
const counted = (answer = "ok") => {
  const seen: string[] = [];
  return {
    seen,
    handler: ((request, response) => {
      seen.push(String(request.url));
      response.end(answer);
    }) as RequestListener,
  };
};

test("a name that leads inside is refused at the connection, and nothing is connected to", async () => {
  const trap = counted();
  const port = await listening(createHttpServer(trap.handler));
  const strict = outgoing({ development: false, resolve: async () => [{ address: "127.0.0.1", family: 4 }] });
  await expect(strict.send(`https://hooks.test:${port}/`, post)).rejects.toThrow("not public");
  const mapped = outgoing({ resolve: async () => [{ address: "::ffff:127.0.0.1", family: 6 }] });
  await expect(mapped.send(`http://hooks.test:${port}/`, post)).rejects.toThrow("not public");
  expect(trap.seen).toEqual([]);
});

test("an address that cannot be read fails the request, and nothing else", async () => {
  const odd = outgoing({ resolve: async () => [{ address: "fe80::1%eth0.100", family: 6 }] });
  await expect(odd.send("http://hooks.test/", post)).rejects.toThrow("The connection failed.");
});

test("the address that was checked is the one that is connected to, though the name leads elsewhere a moment later", async () => {
  const [good, trap] = [counted("good"), counted("trap")];
  const closingAfter =
    (handler: RequestListener): RequestListener =>
    (request, response) => {
      response.setHeader("connection", "close");
      handler(request, response);
    };
  const port = await listening(createHttpsServer({ key, cert }, closingAfter(good.handler)), "127.0.0.2");
  await listening(createHttpsServer({ key, cert }, closingAfter(trap.handler)), "127.0.0.1", port);
  const answers = ["127.0.0.2", "127.0.0.1", "127.0.0.1"];
  let asked = 0;
  const resolve = async () => [{ address: String(answers[asked++]), family: 4 }];
  const rebinding = outgoing({ development: false, allow: ["127.0.0.2"], ca: cert, resolve });
  const url = `https://hooks.test:${port}/`;
  expect((await rebinding.send(url, post)).body.toString()).toBe("good");
  expect(asked).toBe(1);
  await expect(rebinding.send(url, post)).rejects.toThrow("not public");
  expect([good.seen.length, trap.seen.length]).toEqual([1, 0]);
});

test("a public address among others is taken, the others are not", async () => {
  const { seen, handler } = counted();
  const port = await listening(createHttpServer(handler), "127.0.0.3");
  const addresses = [
    { address: "10.0.0.1", family: 4 },
    { address: "127.0.0.3", family: 4 },
    { address: "::ffff:127.0.0.1", family: 6 },
  ];
  expect((await outgoing({ resolve: async () => addresses }).send(`http://mixed.test:${port}/`, post)).status).toBe(
    200,
  );
  expect(seen).toHaveLength(1);
});

test("redirects are not followed", async () => {
  const { seen, handler } = counted();
  const target = await serve(handler);
  const url = await serve((_, response) => void response.writeHead(307, { location: target }).end());
  const answer = await outgoing().send(url, post);
  expect([answer.status, answer.headers.location, seen]).toEqual([307, target, []]);
});

test("a body that comes in drops, an answer that never comes and a connection that is never made end in time", async () => {
  const dropping = await serve((_, response) => {
    response.writeHead(200);
    const timer = setInterval(() => response.write("."), 20);
    response.on("close", () => clearInterval(timer));
  });
  const silent = await serve(() => {});
  const began = performance.now();
  const impatient = outgoing({ timeoutMs: 300, resolve: () => new Promise(() => {}) });
  const sent = [dropping, silent, "http://nowhere.test/"].map((url) => impatient.send(url, post));
  for (const one of sent) await expect(one).rejects.toThrow("There was no complete answer within 0.3 s.");
  expect(performance.now() - began).toBeLessThan(2000);
});

test("of an answer of 10 GB no more than 64 KiB are kept, and its sender is hung up on", async () => {
  let written = 0;
  const hungUp = Promise.withResolvers<void>();
  const url = await serve(async (_, response) => {
    response.on("close", hungUp.resolve);
    response.writeHead(200, { "content-length": String(10 * 2 ** 30) });
    const chunk = Buffer.alloc(64 * 1024, "x");
    while (!response.destroyed) {
      written += chunk.length;
      if (!response.write(chunk)) await Promise.race([once(response, "drain"), hungUp.promise]);
    }
  });
  const answer = await outgoing().send(url, post);
  expect([answer.status, answer.body.length]).toEqual([200, 64 * 1024]);
  await hungUp.promise;
  expect(written).toBeLessThan(64 * 2 ** 20);
});

test.each([
  ["of another name", { ca: true, host: "other.test" }],
  ["that nobody vouches for", { ca: false, host: "hooks.test" }],
])("a certificate %s is refused", async (_, { ca, host }) => {
  const { seen, handler } = counted();
  const port = await listening(createHttpsServer({ key, cert }, handler));
  const resolve = async () => [{ address: "127.0.0.1", family: 4 }];
  const made = outgoing({ resolve, ...(ca && { ca: cert }) });
  await expect(made.send(`https://${host}:${port}/`, post)).rejects.toThrow(
    "The certificate is not valid for this host",
  );
  expect(seen).toEqual([]);
});

test.each([
  ["refuses", () => {}, "The connection was refused."],
  ["hangs up", (server: Server) => server.on("connection", (socket) => socket.destroy()), "closed before"],
  ["speaks no HTTP", (server: Server) => server.on("connection", (socket) => socket.end("hello\r\n\r\n")), "failed"],
])("a server that %s is told of in words", async (what, prepare, words) => {
  const { createServer } = await import("node:net");
  const server = createServer();
  prepare(server);
  const port = await listening(server);
  if (what === "refuses") await new Promise((resolve) => server.close(resolve));
  await expect(outgoing().send(`http://127.0.0.1:${port}/`, post)).rejects.toThrow(words);
});
