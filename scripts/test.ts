import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Every check of the project, or with `--quick` the ones of the server; the last line has the true numbers. */
const main = async (quick: boolean): Promise<number> => {
  const failedChecks: string[] = [];
  for (const [name, command] of checks) {
    console.log(`\n• ${name}`);
    if (!(await succeeds(command))) failedChecks.push(name);
  }
  console.log("\n• tests");
  const projects = quick ? ["--project", "server", "--project", "schema"] : [];
  const { passed, failed, skipped } = await runTests(projects);

  for (const name of failedChecks) console.log(`\nThe check "${name}" failed; its output is above.`);
  // A check that failed counts as one failure, so that the last line never looks better than the run was.
  const failures = failed + failedChecks.length;
  console.log(`\n${passed} passed, ${failures} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
  return failures === 0 && passed > 0 ? 0 : 1;
};

const checks: readonly [string, readonly string[]][] = [
  ["types", ["tsc", "-b"]],
  ["lint", ["biome", "ci", "--error-on-warnings", "."]],
  [
    "generated output in step",
    ["node", "-C", "source", "--disable-warning=ExperimentalWarning", "scripts/gen.ts", "--check"],
  ],
];

interface Totals {
  passed: number;
  failed: number;
  skipped: number;
}

const runTests = async (projects: readonly string[]): Promise<Totals> => {
  const folder = await mkdtemp(join(tmpdir(), "authpi-test-"));
  const report = join(folder, "report.json");
  const ended = await succeeds([
    "vitest",
    "run",
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${report}`,
    ...projects,
  ]);
  try {
    const totals = totalsOf(JSON.parse(await readFile(report, "utf8")));
    // A file that cannot be loaded has no tests that could fail.
    return ended || totals.failed > 0 ? totals : { ...totals, failed: 1 };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

interface Report {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
}
const totalsOf = (report: Report): Totals => ({
  passed: report.numPassedTests,
  failed: report.numFailedTests,
  skipped: report.numPendingTests + report.numTodoTests,
});

const succeeds = ([command = "", ...args]: readonly string[]): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ["ignore", "inherit", "inherit"] });
    child.on("error", reject);
    child.on("exit", (code) => resolve(code === 0));
  });

process.exitCode = await main(process.argv.includes("--quick"));
