import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { authpi, freePort, tempDir } from "./support.ts";

const exports = /^export AUTHPI_KEY_ID=(key_[0-9a-f]{32})\nexport AUTHPI_KEY_SECRET=(\S+)\n$/;

async function run(args: string[], env: Record<string, string> = {}) {
  const program = authpi(args, env);
  const { code } = await program.ended;
  return { code, stdout: program.stdout(), stderr: program.stderr() };
}

async function whoAmI(port: number, [, id, secret]: RegExpExecArray | string[]) {
  const authorization = `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}`;
  const response = await fetch(`http://127.0.0.1:${port}/v1/me`, { headers: { authorization } });
  return { status: response.status, text: await response.text() };
}

describe("the operator's commands", () => {
  test.each([
    [[]],
    [["serve"]],
    [["migrate"]],
    [["worker"]],
    [["jobs"]],
    [["accounts"]],
    [["accounts", "create"]],
    [["accounts", "list"]],
    [["keys", "create"]],
    [["issuers"]],
    [["issuers", "rotate-keys"]],
  ])("explain themselves: %j", async (args) => {
    const { code, stdout, stderr } = await run([...args, "--help"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain(`Usage: authpi${["", ...args].join(" ")}`);
  });

  test.each([
    [["surve"], "unknown command 'surve'"],
    [["keys", "create", "--scopes", "*:**"], "required option '--account <id>' not specified"],
    [["keys", "create", "--account", "acc_1", "--scopes", "a b"], "Scopes have 1 to 128 characters"],
    [["accounts", "create", "--name", " "], "A name has 1 to 200 characters"],
    [["issuers", "rotate-keys"], "missing required argument 'issuer_id'"],
  ])("refuse what they do not understand with code 2: %j", async (args, said) => {
    const { code, stdout, stderr } = await run(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(said);
  });

  test("work beside a running server, which takes the key at once", async () => {
    const [dataDir, port] = await Promise.all([tempDir(), freePort()]);
    const env = { AUTHPI_DATA_DIR: dataDir, AUTHPI_PORT: String(port), AUTHPI_LOG_LEVEL: "warn" };
    const server = authpi(["serve"], env);
    await server.prints(/^These two lines/m);

    const made = await run(["accounts", "create", "--name", "Acme GmbH"], env);
    expect(made).toMatchObject({ code: 0, stdout: expect.stringMatching(/^acc_[0-9a-z]{25}\n$/) });
    const account = made.stdout.trim();
    const { stdout: list } = await run(["accounts", "list"], env);
    expect(list).toMatch(new RegExp(`^acc_\\S+  active  My account\n${account}  active  Acme GmbH\n$`));

    const { code, stdout } = await run(
      ["keys", "create", "--account", account, "--scopes", "issuers:read,events:read"],
      env,
    );
    expect(code).toBe(0);
    const { status, text } = await whoAmI(port, exports.exec(stdout) ?? []);
    expect({ status, account: JSON.parse(text).data.accounts[0] }).toMatchObject({
      status: 200,
      account: { account_id: account, scopes: ["issuers:read", "events:read"] },
    });
    expect(await run(["migrate"], env)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("The database is at head.\n"),
    });
    expect(await run(["keys", "create", "--account", "acc_none", "--scopes", "a"], env)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("There is no account acc_none."),
    });

    server.child.kill("SIGTERM");
    await server.ended;
    expect((await run(["accounts", "list"], env)).stdout).toBe(list);
  });

  test("rotate an issuer's keys: a day ahead, or at once", async () => {
    const [dataDir, port] = await Promise.all([tempDir(), freePort()]);
    const env = { AUTHPI_DATA_DIR: dataDir, AUTHPI_PORT: String(port), AUTHPI_LOG_LEVEL: "warn" };
    const server = authpi(["serve"], env);
    const exported = await server.prints(/^export AUTHPI_KEY_ID=(\S+)\nexport AUTHPI_KEY_SECRET=(\S+)$/m);
    const [, id, secret] = exported;
    const account = (await run(["accounts", "list"], env)).stdout.split(" ", 1)[0];
    const made = await fetch(`http://127.0.0.1:${port}/v1/accounts/${account}/issuers`, {
      method: "POST",
      headers: { authorization: `Basic ${btoa(`${id}:${secret}`)}`, "content-type": "application/json" },
      body: JSON.stringify({ name: "acme" }),
    });
    const { data } = (await made.json()) as { data: { id: string } };
    const published = async () => {
      const { keys } = (await (await fetch(`http://127.0.0.1:${port}/${data.id}/jwks.json`)).json()) as {
        keys: { kid: string }[];
      };
      return keys.map(({ kid }) => kid);
    };
    const old = await published();
    expect(old).toHaveLength(2);

    const rotate = async (...options: string[]) => {
      const { code, stdout } = await run(["issuers", "rotate-keys", data.id, ...options], env);
      expect(code).toBe(0);
      const lines = [...stdout.matchAll(/^(ES256|EdDSA) {2,}(\S{43}) {2}(\S+Z)$/gm)];
      expect(lines.map(([, alg]) => alg)).toEqual(["ES256", "EdDSA"]);
      return lines.map(([, , kid = "", at = ""]) => ({ kid, hours: (Date.parse(at) - Date.now()) / 3_600_000 }));
    };
    const next = await rotate();
    for (const { hours } of next) expect(hours).toBeCloseTo(24, 1);
    await expect.poll(published).toEqual(expect.arrayContaining([...old, ...next.map(({ kid }) => kid)]));
    const now = await rotate("--now");
    for (const { hours } of now) expect(hours).toBeCloseTo(0, 1);
    await expect.poll(async () => (await published()).sort()).toEqual([...old, ...now.map(({ kid }) => kid)].sort());

    expect(await run(["issuers", "rotate-keys", "i_none"], env)).toMatchObject({
      ...{ code: 1, stdout: "" },
      stderr: expect.stringContaining("There is no issuer i_none."),
    });
  });

  test("say what to do first on a database that is not set up", async () => {
    const env = { AUTHPI_DATA_DIR: await tempDir() };
    expect(await run(["accounts", "list"], env)).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringMatching(/\nThe database is behind this version of AuthPI\. Run: pnpm authpi migrate\n$/),
    });
  });

  test("refuse a master key that the data was not made with", async () => {
    const dataDir = await tempDir();
    const env = { AUTHPI_DATA_DIR: dataDir };
    expect((await run(["migrate"], env)).code).toBe(0);
    expect(await run(["migrate"], { ...env, AUTHPI_SECRET_KEY: "ab".repeat(32) })).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /^AUTHPI_SECRET_KEY is not the key in .*secret\.key, with which this data was made\./,
      ),
    });
    await writeFile(join(dataDir, "secret.key"), "short");
    expect((await run(["migrate"], env)).stderr).toMatch(/does not hold a master key/);
    await rm(join(dataDir, "secret.key"));
    expect((await run(["migrate"], env)).stderr).toMatch(
      /secret\.key is missing, and the data in .* was made with a key\./,
    );
  });
});
