import type { CliDependencies } from "./context.ts";
import { COMMANDS } from "./program.ts";
import { runProgram } from "./run-program.ts";

/** Runs one command line (without node and script) to its end and says the exit code. Never throws. */
export function runCli(argv: string[], dependencies: CliDependencies): Promise<number> {
  return runProgram(argv, dependencies, COMMANDS);
}
