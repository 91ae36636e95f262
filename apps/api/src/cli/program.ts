import { Command, InvalidArgumentError } from "commander";

/** The commands. Each loads its code when it is called, so that help is there at once. */
export function createProgram(env: NodeJS.ProcessEnv): Command {
  const program = new Command("authpi")
    .description("AuthPI: sign-in for your users, keys for your machines, on a server of your own.")
    .addHelpText("after", `\nSettings come from the environment: docs/generated/config.md lists them.`)
    .exitOverride();

  program
    .command("serve")
    .description("Start the server, and its PostgreSQL unless DATABASE_URL names one")
    .addHelpText("after", example("AUTHPI_PORT=8080 pnpm authpi serve"))
    .action(async () => (await import("./serve.ts")).serve(env));

  program
    .command("migrate")
    .description("Bring the database to the head of this version; serve does so too")
    .addHelpText("after", example("DATABASE_URL=postgres://owner@db.internal/authpi pnpm authpi migrate"))
    .action(async () => (await import("./migrate.ts")).migrateCommand(env));

  program
    .command("worker")
    .description("Do the background jobs, for servers that run with AUTHPI_JOBS=off")
    .addHelpText("after", example("DATABASE_URL=postgres://owner@db.internal/authpi pnpm authpi worker"))
    .action(async () => (await import("./worker.ts")).workerCommand(env));

  program
    .command("jobs")
    .description("List the queues of background jobs, and what failed of late")
    .addHelpText("after", example("pnpm --silent authpi jobs"))
    .action(async () => (await import("./jobs.ts")).jobsCommand(env));

  const accounts = program.command("accounts").description("Accounts: the tenants of this installation");
  accounts
    .command("create")
    .description("Make an account, and print its id")
    .requiredOption("--name <name>", "what people call it, up to 200 characters", asName)
    .addHelpText("after", example(`pnpm authpi accounts create --name "Acme GmbH"`))
    .action(async (options: { name: string }) => (await import("./accounts.ts")).createAccountCommand(env, options));
  accounts
    .command("list")
    .description("List the accounts, oldest first, one a line")
    .addHelpText("after", example("pnpm --silent authpi accounts list"))
    .action(async () => (await import("./accounts.ts")).listAccountsCommand(env));

  const keys = program.command("keys").description("API keys: the way back in for who has lost the last one");
  keys
    .command("create")
    .description("Make an API key of an account; its secret is printed once")
    .requiredOption("--account <id>", "the account, as accounts list shows it")
    .requiredOption("--scopes <list>", "what it may do, separated by commas; *:** is everything", asScopes)
    .option("--name <name>", "what people call it, up to 200 characters", asName, "Made on the command line")
    .addHelpText("after", example("pnpm authpi keys create --account acc_… --scopes 'issuers:read,events:read'"))
    .action(async (options: { account: string; scopes: string[]; name: string }) =>
      (await import("./keys.ts")).createKeyCommand(env, options),
    );

  const issuers = program.command("issuers").description("Issuers: who signs the tokens of an account's users");
  issuers
    .command("rotate-keys")
    .description(
      "Replace the keys that an issuer signs with: published now, signing a day later; months end with a rotation anyway",
    )
    .argument("<issuer_id>", "the issuer, as the last part of its URL shows it")
    .option("--now", "in an emergency: sign with the new keys at once", false)
    .addHelpText("after", example("pnpm authpi issuers rotate-keys iss_…"))
    .action(async (issuer: string, options: { now: boolean }) =>
      (await import("./issuers.ts")).rotateKeysCommand(env, { issuer, ...options }),
    );

  return program;
}

// No request comes by here, whose contract would check these.
function asName(text: string): string {
  const name = text.normalize("NFC").trim();
  if (/^\P{Cc}{1,200}$/u.test(name)) return name;
  throw new InvalidArgumentError("A name has 1 to 200 characters, and no control characters.");
}

function asScopes(list: string): string[] {
  const scopes = list.split(",").map((part) => part.trim());
  if (scopes.every((scope) => /^[^\s"\\]{1,128}$/.test(scope))) return [...new Set(scopes)];
  throw new InvalidArgumentError("Scopes have 1 to 128 characters, none of them a space, a quote or a backslash.");
}

function example(command: string): string {
  return `\nExample:\n  ${command}`;
}
