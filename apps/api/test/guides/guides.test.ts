import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { decodeJwt, exportJWK, generateKeyPair } from "jose";
import { afterAll, expect, test, vi } from "vitest";
import { good } from "../core/support.ts";
import { freePort } from "../harness/free-port.ts";
import { blocksOf } from "../harness/markdown.ts";
import { createWorld } from "../harness/world.ts";
import { newApplication } from "../idp/application.ts";
import { newMachinePlace } from "../idp/machine/support.ts";

const run = promisify(execFile);
const world = await createWorld();
const apiRoot = fileURLToPath(new URL("../../", import.meta.url));
const guides = new URL("../../../../docs/guides/", import.meta.url);

// Below the package, so that its dependencies are found.
await mkdir(join(apiRoot, "dist"), { recursive: true });
const folder = await mkdtemp(join(apiRoot, "dist", "guides-"));
const programs: string[] = [];
for (const page of await readdir(guides)) {
  const text = await readFile(new URL(page, guides), "utf8");
  // Each block is a program of its own, its imports included.
  for (const [block] of text.matchAll(/^```ts\n[\s\S]*?^```$/gm)) {
    const [code = ""] = blocksOf(block, "ts");
    const name = /^\/\/ (\S+)$/m.exec(code)?.[1] ?? "unnamed.ts";
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), code);
    programs.push(name);
  }
}
const children: ChildProcess[] = [];
afterAll(async () => {
  for (const child of children) child.kill();
  await rm(folder, { recursive: true, force: true });
});

const start = (program: string, env: Record<string, string>) => {
  const child = spawn(process.execPath, [join(folder, program)], { env });
  children.push(child);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => {
      output += chunk;
    });
  }
  return (pattern: RegExp) =>
    vi.waitFor(
      () => {
        const match = pattern.exec(output);
        if (!match) throw new Error(`${pattern} was not printed, but:\n${output}`);
        return match[1] ?? "";
      },
      { timeout: 20_000, interval: 20 },
    );
};

test("every program of the guides compiles", async () => {
  expect(programs.sort()).toEqual([
    "agent-by-key.ts",
    "agent-by-secret.ts",
    "api.ts",
    "app/callback/route.ts",
    "app/login/route.ts",
    "cli.ts",
    "express.ts",
    "hono.ts",
    "spa.ts",
  ]);
  await writeFile(
    join(folder, "tsconfig.json"),
    JSON.stringify({
      compilerOptions: {
        ...{ target: "es2024", lib: ["es2024", "dom"], module: "nodenext", strict: true, noEmit: true },
        ...{ skipLibCheck: true, types: ["node"], typeRoots: [join(apiRoot, "../../node_modules/@types")] },
      },
      include: ["**/*.ts"],
    }),
  );
  const tsc = join(apiRoot, "../../node_modules/.bin/tsc");
  const result = await run(tsc, ["-p", folder]).catch(({ stdout }) => ({ stdout }));
  expect(result.stdout).toBe("");
});

test("an agent gets a token by a secret, and by its own key", async () => {
  const place = await newMachinePlace(world);
  const agent = await place.agent();
  const { privateKey, publicKey } = await generateKeyPair("ES256", { extractable: true });
  const credential = { ...(await exportJWK(publicKey)), kid: "mine" };
  good(await place.api.post(`${agent.path}/verifiers`, { type: "jwk", credential }));
  const env = { ISSUER: place.issuerUrl, AGENT_ID: agent.id };
  const ways = {
    "agent-by-secret.ts": { AGENT_SECRET: agent.secret },
    "agent-by-key.ts": { AGENT_JWK: JSON.stringify({ ...(await exportJWK(privateKey)), kid: "mine" }) },
  };
  for (const [program, more] of Object.entries(ways)) {
    const token = await start(program, { ...env, ...more })(/^(ey\S+)$/m);
    expect(decodeJwt(token)).toMatchObject({ sub: agent.id, scope: "invoices:read" });
  }
});

test("an API reads by the token, and writes only while it is live", async () => {
  const audience = "https://api.example.com";
  const app = await newApplication(world, { openid: { resources: [audience] } });
  const tokens = (await app.exchange(await app.authorize({ resource: audience }))).body;
  const other = (await app.exchange(await app.authorize())).body;
  const port = await freePort();
  const env = { ISSUER: app.url, AUDIENCE: audience, AUTHPI_URL: world.server.url, PORT: String(port) };
  await start("api.ts", env)(/ready/);
  const ask = (token: string, method: string) =>
    fetch(`http://localhost:${port}/`, { method, headers: { authorization: `Bearer ${token}` } });
  for (const method of ["GET", "POST"]) {
    const answer = await ask(tokens.access_token, method);
    expect([answer.status, await answer.json()]).toEqual([200, { caller: app.user.id }]);
    expect((await ask(other.access_token, method)).status).toBe(401);
    expect((await ask("nonsense", method)).status).toBe(401);
  }
  await app.post("/revoke", { token: tokens.access_token });
  expect((await ask(tokens.access_token, "GET")).status).toBe(200);
  expect((await ask(tokens.access_token, "POST")).status).toBe(401);
});

test("a command-line program greets who signed in", async () => {
  const openid = { application_type: "native", redirect_uris: ["http://127.0.0.1/callback"] };
  const app = await newApplication(world, { openid }, { confidential: false });
  const prints = start("cli.ts", { ISSUER: app.url, CLIENT_ID: app.client.id });
  const back = await app.visit(await prints(/^Open (\S+)$/m));
  expect(await (await fetch(back)).text()).toContain("close this window");
  expect(await prints(/^Hello (\S+)$/m)).toBe("ada@example.com");
});

test("Next.js's handlers send a user to sign in, and know who came back", async () => {
  const home = "http://localhost:3000";
  const app = await newApplication(world, { openid: { redirect_uris: [`${home}/callback`] } });
  const env = { ISSUER: app.url, CLIENT_ID: app.client.id, CLIENT_SECRET: app.client.secret, APP_URL: home };
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  const login = await import(join(folder, "app/login/route.ts"));
  const callback = await import(join(folder, "app/callback/route.ts"));
  vi.unstubAllEnvs();
  const sent: Response = await login.GET();
  const back = await app.visit(sent.headers.get("location") ?? "");
  const cookie = sent.headers.get("set-cookie")?.split(";")[0] ?? "";
  const answer: Response = await callback.GET(new Request(back, { headers: { cookie } }));
  expect([answer.status, await answer.json()]).toEqual([200, { sub: app.user.id, email: "ada@example.com" }]);
  expect((await callback.GET(new Request(back))).status).toBe(400);
});

/** Somebody goes to a web application's first page, signs in, and comes back to it. */
const signInAt = async (app: Awaited<ReturnType<typeof newApplication>>, home: string) => {
  const cookies = new Map<string, string>();
  const get = async (url: string): Promise<Response> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await fetch(url, { redirect: "manual", headers: { cookie } });
    for (const line of answer.headers.getSetCookie()) {
      const [name = "", value = ""] = line.split(";", 1)[0]?.split(/=(.*)/s) ?? [];
      cookies.set(name, value);
    }
    return answer;
  };
  expect((await get(home)).headers.get("location")).toBe("/login");
  const sent = await get(`${home}/login`);
  const back = await app.visit(sent.headers.get("location") ?? "");
  expect((await fetch(back)).status).toBe(400);
  expect((await get(back)).headers.get("location")).toBe("/");
  expect(await (await get(home)).json()).toEqual({ sub: app.user.id, email: "ada@example.com" });
  return get;
};

test.each(["express.ts", "hono.ts"])("%s signs its users in", async (program) => {
  const port = await freePort();
  const home = `http://localhost:${port}`;
  const openid = { redirect_uris: [`${home}/callback`], post_logout_redirect_uris: [`${home}/`] };
  const app = await newApplication(world, { openid });
  const env = { ISSUER: app.url, CLIENT_ID: app.client.id, CLIENT_SECRET: app.client.secret, APP_URL: home };
  await start(program, { ...env, PORT: String(port), SESSION_SECRET: "a secret of the application" })(/ready/);
  const get = await signInAt(app, home);
  if (program !== "express.ts") return;
  const out = new URL((await get(`${home}/logout`)).headers.get("location") ?? "");
  expect(out.href).toContain(`${app.url}/logout?`);
  expect((await get(home)).headers.get("location")).toBe("/login");
});

test("a single-page application signs in without a server, from its own origin", async () => {
  const redirectUri = "https://spa.example.com/";
  const openid = { application_type: "spa", redirect_uris: [redirectUri] };
  const app = await newApplication(world, { openid }, { confidential: false });
  const { signIn, signedIn } = await import(join(folder, "spa.ts"));
  const settings = { issuer: app.url, clientId: app.client.id, redirectUri };
  const kept = new Map<string, string>();
  let at = redirectUri;
  const replaced: unknown[] = [];
  vi.stubGlobal("location", {
    get href() {
      return at;
    },
    assign: (url: string) => {
      at = url;
    },
  });
  vi.stubGlobal("history", { replaceState: (...told: unknown[]) => replaced.push(told) });
  vi.stubGlobal("sessionStorage", {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => kept.set(name, value),
    removeItem: (name: string) => kept.delete(name),
  });
  try {
    expect(await signedIn(settings)).toBeUndefined();
    await signIn(settings);
    at = await app.visit(at);
    expect(await signedIn(settings)).toMatchObject({ user: { sub: app.user.id, email: "ada@example.com" } });
    expect(replaced).toEqual([[null, "", "/"]]);
  } finally {
    vi.unstubAllGlobals();
  }
  // What a browser asks for before and after.
  const origin = new URL(redirectUri).origin;
  const ask = (path: string, init: RequestInit) =>
    fetch(`${app.url}${path}`, { ...init, headers: { origin, ...init.headers } });
  const preflight = { method: "OPTIONS", headers: { "access-control-request-method": "POST" } };
  for (const path of ["/token", "/userinfo"]) {
    const { headers, status } = await ask(path, preflight);
    expect([path, status < 300, headers.get("access-control-allow-origin")]).toEqual([
      path,
      true,
      expect.stringMatching(/\*|spa/),
    ]);
  }
  const refused = await ask("/token", {
    method: "POST",
    body: new URLSearchParams({ client_id: app.client.id, grant_type: "authorization_code" }),
  });
  expect(refused.headers.get("access-control-allow-origin")).toBe(origin);
});
