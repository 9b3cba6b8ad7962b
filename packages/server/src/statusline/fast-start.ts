import { writeSync } from "node:fs";
import { readArguments } from "./read-arguments.ts";
import { readStandardInput } from "./read-input.ts";
import { showStatusline } from "./show-statusline.ts";

/**
 * `outlay statusline` as bin/outlay.js starts it: a program of its own, so that nothing else is loaded. `args` are those behind
 * the command's name. False: the whole program has to answer; nothing was read or printed.
 */
export async function startStatusline(args: readonly string[]): Promise<boolean> {
  const options = readArguments(args, process.env);
  if (options === null) return false;
  await showStatusline(readStandardInput(), options, (line) => writeSync(1, `${line}\n`));
  return true;
}
