import { CommanderError } from "commander";
import { OperatorError } from "../domain/operator-error.ts";
import { createProgram } from "./program.ts";

const exit = { done: 0, failed: 1, misused: 2 } as const;

/** Runs a command line to its end and resolves to the exit code. */
export async function run(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  try {
    await createProgram(env).parseAsync(args, { from: "user" });
    return exit.done;
  } catch (error) {
    // Commander has printed what it has to say: the help, or what is wrong with the arguments.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exit.done : exit.misused;
    console.error(error instanceof OperatorError ? error.message : error);
    return exit.failed;
  }
}
