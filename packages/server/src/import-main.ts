import { addImportCommand } from "./cli/import.ts";
import { runProgram } from "./cli/run-program.ts";
import { addWatchCommand } from "./cli/watch.ts";
import { openImportStore } from "./open-import-store.ts";
import { version } from "./version.ts";

/**
 * The commands that read logs, as a program of their own: they run every few minutes or all day, mostly find nothing new,
 * and need neither the server nor the other commands, which would take most of their time and memory.
 */
process.exitCode = await runProgram(
  process.argv.slice(2),
  {
    version,
    env: process.env,
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    now: () => Date.now(),
    openImportStore,
    resolveSettings: notHere,
    connect: notHere,
    startServer: notHere,
    openPrices: notHere,
  },
  [addImportCommand, addWatchCommand],
);

async function notHere(): Promise<never> {
  throw new Error("this command needs the whole program");
}
