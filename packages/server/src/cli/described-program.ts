import { PassThrough } from "node:stream";
import type { Command } from "commander";
import type { CliDependencies } from "./context.ts";
import { createProgram } from "./create-program.ts";
import { COMMANDS } from "./program.ts";

/** The command line to be described: nothing of it can be run. */
export function describedProgram(version = ""): Command {
  return createProgram([], { ...describedOnly, version }, COMMANDS).program;
}

const neverRun = () => Promise.reject(new Error("these commands are described, not run"));

const describedOnly: CliDependencies = {
  version: "",
  env: {},
  stdin: new PassThrough(),
  stdout: new PassThrough(),
  stderr: new PassThrough(),
  now: () => 0,
  resolveSettings: neverRun,
  connect: neverRun,
  startServer: neverRun,
  openPrices: neverRun,
  openImportStore: neverRun,
};
