import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { configuration } from "./configuration.ts";
import { makeFixtures, startTarget, type Target } from "./fixtures.ts";
import { schemathesis } from "./schemathesis.ts";
import { summarize } from "./summary.ts";

const help = `Calls every operation of /openapi.json with values that its schema admits and with values that it does not, and
fails where an answer is a 500, or is not as documented.

  --examples N     generated calls for each operation (100)
  --operation ID   this operation alone, as the document names it; may be repeated
  --pass NAME      this pass alone: values, edges (of each schema) or links; may be repeated
  --seed N         repeats a run
  --keep           keeps the reports of a run that finds nothing
  --help           this text

It takes half an hour on two cores, and keeps its reports where it finds something.`;

const { values } = parseArgs({
  options: {
    examples: { type: "string", default: "100" },
    operation: { type: "string", multiple: true, default: [] },
    pass: { type: "string", multiple: true },
    seed: { type: "string" },
    keep: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
/** Each has things of its own to name in paths; the last follows the document's links, and makes and deletes as it goes. */
const passes = [
  { name: "values", phases: "examples,fuzzing", paths: "fixed" },
  { name: "edges", phases: "coverage", paths: "fixed" },
  { name: "links", phases: "stateful", paths: "free" },
] as const;

const known = passes.map(({ name }) => name as string);
const wanted = values.pass ?? known;
const examples = Number(values.examples);
const interrupted = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => interrupted.abort());

if (values.help) console.log(help);
else if (!wanted.every((name) => known.includes(name))) throw new Error(`The passes are ${known.join(", ")}.`);
else if (!(Number.isInteger(examples) && examples > 0)) throw new Error("--examples takes a whole number above 0.");
else process.exitCode = await fuzz();

async function fuzz(): Promise<number> {
  const st = await schemathesis();
  const folder = await mkdtemp(join(tmpdir(), "authpi-fuzz-"));
  const target = await startTarget(join(folder, "data"));
  let failed = false;
  try {
    for (const one of passes) {
      if (!wanted.includes(one.name)) continue;
      const reports = join(folder, one.name);
      const code = await pass(st, target, one, reports);
      const good = await summarize(one.name, reports);
      failed ||= code !== 0 || !good;
    }
    for (const line of complaints(target)) console.log(line);
  } catch (error) {
    if (!interrupted.signal.aborted) throw error;
    console.log("interrupted");
    failed = true;
  } finally {
    await target.stop();
    await rm(join(folder, "data"), { recursive: true, force: true });
    if (failed || values.keep) console.log(`\nReports: ${folder}`);
    else await rm(folder, { recursive: true, force: true });
  }
  return failed ? 1 : 0;
}

async function pass(st: string, target: Target, one: (typeof passes)[number], reports: string): Promise<number> {
  await mkdir(reports);
  const config = join(reports, "schemathesis.toml");
  const fixtures = await makeFixtures(target.tenant);
  await writeFile(config, configuration(target, fixtures, one.paths, examples));
  const operations = values.operation.map((id) => `^${id.replaceAll(".", "\\.")}$`).join("|");
  const args = [
    ...["--config-file", config, "run", `${target.server.url}/openapi.json`, "--phases", one.phases, "--no-color"],
    ...["--report", "json", "--report-json-path", join(reports, "report.json")],
    // Hypothesis ends a walk along links when it pleases; given a time, it begins anew until that is spent.
    ...(one.phases === "stateful" ? ["--max-time", String(examples * 3)] : []),
    ...(operations ? ["--include-operation-id-regex", operations] : []),
    ...(values.seed === undefined ? [] : ["--seed", values.seed]),
  ];
  const output = await open(join(reports, "output.txt"), "w");
  const child = spawn(st, args, { cwd: reports, stdio: ["ignore", output.fd, output.fd], signal: interrupted.signal });
  // It has the file by itself from here on.
  await output.close();
  const [code] = await once(child, "exit");
  return Number(code);
}

/** What the server logged: the stack of each 500 is there. */
function complaints({ server }: Target): string[] {
  return server.output().filter((line) => line.startsWith("{"));
}
