import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** What is read of Schemathesis's JSON report. */
interface Report {
  complete: boolean;
  operations: { selected: number; tested: number };
  test_cases: { generated: number; with_failures: number; unique_failures: number };
  failures: readonly { code: string; title: string; operations: readonly string[] }[];
  errors: readonly { title: string; count: number }[];
  warnings: Readonly<Record<string, readonly unknown[]>>;
}

/** Prints what a pass has found, in short. */
export async function summarize(name: string, reports: string): Promise<boolean> {
  const output = join(reports, "output.txt");
  const text = await readFile(join(reports, "report.json"), "utf8").catch(() => undefined);
  if (text === undefined) {
    console.log(`${name}: Schemathesis ended without a report; ${output} says why`);
    return false;
  }
  // Its format is that of the version that is pinned.
  const { complete, operations, test_cases, failures, errors, warnings }: Report = JSON.parse(text);
  console.log(
    `${name}: ${operations.tested} of ${operations.selected} operations, ${test_cases.generated} cases, ` +
      `${failures.length} failures, ${errors.length} errors${complete ? "" : ", ended early"}`,
  );
  for (const [kind, found] of Object.entries(warnings)) {
    if (found.length > 0) console.log(`  ${kind}: ${found.length}`);
  }
  for (const { code, title, operations: where } of failures) console.log(`  ${code} ${title}: ${where.join(", ")}`);
  for (const { title, count } of errors) console.log(`  ${title}: ${count}`);
  if (failures.length + errors.length > 0) console.log(`  ${output} shows each, and how to repeat it`);
  return complete && failures.length + errors.length === 0;
}
