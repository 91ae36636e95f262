import { writeFileSync } from "node:fs";
import { cpus } from "node:os";

export interface Spread {
  median: number;
  q1: number;
  q3: number;
}

export interface Measure {
  /** As performance.md numbers it, or empty where it only explains. */
  id: string;
  name: string;
  unit: string;
  value: Spread;
  digits: number;
  bound?: { least?: number; most?: number; aim: number };
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => {
    const place = (sorted.length - 1) * share;
    const below = sorted[Math.floor(place)] ?? Number.NaN;
    return below + ((sorted[Math.ceil(place)] ?? below) - below) * (place % 1);
  };
  return { median: at(0.5), q1: at(0.25), q3: at(0.75) };
}

/** Prints one table and writes the same as JSON. */
export function report(measures: readonly Measure[], file: string): void {
  const rows = measures.map((measure) => [
    measure.id,
    measure.name,
    figure(measure, measure.value.median),
    `${figure(measure, measure.value.q1)} - ${figure(measure, measure.value.q3)}`,
    measure.unit,
    boundText(measure),
    verdict(measure),
  ]);
  print([["#", "measure", "median", "quartiles", "unit", "bound; aim", ""], ...rows]);
  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version, at: new Date().toISOString() };
  writeFileSync(file, `${JSON.stringify({ machine, measures }, null, 2)}\n`);
}

export function holds({ bound, value }: Measure): boolean {
  if (!bound) return true;
  return (
    value.median >= (bound.least ?? Number.NEGATIVE_INFINITY) &&
    value.median <= (bound.most ?? Number.POSITIVE_INFINITY)
  );
}

function figure({ digits }: Measure, value: number): string {
  return value.toFixed(digits);
}

function boundText({ bound }: Measure): string {
  if (!bound) return "";
  return bound.least === undefined ? `≤ ${bound.most}; ${bound.aim}` : `≥ ${bound.least}; ${bound.aim}`;
}

function verdict(measure: Measure): string {
  if (!measure.bound) return "";
  return holds(measure) ? "holds" : "MISSED";
}

function print(rows: string[][]): void {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  for (const row of rows)
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    );
}
