import type { EventEmitter } from "node:events";
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

/** The commands below this one that help lists, without help itself. */
export function childrenOf(command: Command): Command[] {
  return command
    .createHelp()
    .visibleCommands(command)
    .filter((child) => child.name() !== "help");
}

/** `outlay prices show` */
export function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}

/** What `addHelpText("after", …)` has added: commander keeps it as a listener, which its types do not show. */
export function helpText(command: Command): string {
  let text = "";
  const emitter = command as unknown as EventEmitter;
  emitter.emit("afterHelp", { error: false, command, write: (part: string) => (text += part) });
  return text.trim();
}
