import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { InvalidInput } from "@outlay/core";
import type { Command } from "commander";
import { chooseColors } from "./draw/colors.ts";
import { drawProgress } from "./draw/progress.ts";
import { BrokenPipe } from "./problem.ts";
import type { Api, CliContext, CliDependencies, SettingFlags } from "./context.ts";

const folderWaitMs = 10_000;

/** Flags of the program itself, understood before and after a subcommand. */
interface GlobalOptions {
  json?: boolean;
  data?: string;
  server?: string;
  timezone?: string;
  color?: boolean;
}

/** What is to be let go of when the command has ended, in the order of opening. */
export type Cleanup = (() => Promise<void>)[];

/** The context of one run. `argv` is looked at for `--no-color` only: usage errors are written before flags are parsed. */
export function createContext(
  program: Command,
  argv: string[],
  dependencies: CliDependencies,
): { context: CliContext; cleanup: Cleanup } {
  const { env, stdin, stdout, stderr, now, version } = dependencies;
  const cleanup: Cleanup = [];
  const isTerminal = isTty(stdout);
  const output = watchedOutput(stdout);
  const globals = () => program.opts<GlobalOptions>();
  const flags = () => settingFlags(globals());

  const write = async (text: string) => {
    if (output.brokenPipe) throw new BrokenPipe();
    if (!stdout.write(text)) await Promise.race([once(stdout, "drain"), output.failed]);
    if (output.brokenPipe) throw new BrokenPipe();
  };
  const print = (...lines: string[]) => write(lines.map((line) => `${line}\n`).join(""));

  const context: CliContext = {
    version,
    env,
    stdin,
    stdout,
    stderr,
    now,
    colors: chooseColors({ env, isTerminal, noColorFlag: argv.includes("--no-color") }),
    isTerminal,
    columns: () => terminalColumns(stdout, env),
    isJson: () => globals().json === true,
    timeZone: () => flags().timeZone,
    flags,
    resolveSettings: () => dependencies.resolveSettings(flags()),
    lend: () => whenFree(() => dependencies.connect(flags()), now),
    async connect(overrides = {}): Promise<Api> {
      const api = await whenFree(() => dependencies.connect({ ...flags(), ...overrides }), now);
      cleanup.push(() => api.close());
      return api;
    },
    async startServer({ demo = false, mockUrl, ...overrides }) {
      const kind = mockUrl === undefined ? { demo } : { demo, mockUrl };
      const server = await dependencies.startServer({ ...flags(), ...overrides }, kind);
      cleanup.push(() => server.close());
      return server;
    },
    openPrices: () => dependencies.openPrices(flags()),
    openImportStore: (overrides = {}) => dependencies.openImportStore({ ...flags(), ...overrides }),
    write,
    print,
    printJson: (value) => print(JSON.stringify(value, null, 2)),
    note: (line) => void stderr.write(`${line}\n`),
    progress: (label, total, unit) => drawProgress({ stderr, isTerminal: isTty(stderr), label, total, unit, now }),
  };
  return { context, cleanup };
}

/**
 * A data folder belongs to one process at a time. Commands hold it for a second or so: the next one waits its turn
 * instead of failing. A server is not waited for, because commands ask it instead.
 */
async function whenFree<T>(open: () => Promise<T>, now: () => number): Promise<T> {
  const deadlineMs = now() + folderWaitMs;
  for (;;) {
    try {
      return await open();
    } catch (error) {
      const isTaken = error instanceof InvalidInput && error.code === "data_folder_in_use";
      if (!isTaken || now() > deadlineMs) throw error;
      await sleep(100);
    }
  }
}

function settingFlags(options: GlobalOptions): SettingFlags {
  const flags: SettingFlags = {};
  if (options.data !== undefined) flags.dataDir = options.data;
  if (options.server !== undefined) flags.serverUrl = options.server;
  if (options.timezone !== undefined) flags.timeZone = options.timezone;
  return flags;
}

/**
 * A reader that goes away early (`outlay events | head -1`) makes writes fail with EPIPE. That is no error of
 * ours: it is remembered, and the next write ends the command quietly.
 */
function watchedOutput(stdout: NodeJS.WritableStream): { brokenPipe: boolean; failed: Promise<void> } {
  const { promise: failed, resolve } = Promise.withResolvers<void>();
  const output = { brokenPipe: false, failed };
  stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    output.brokenPipe = true;
    resolve();
  });
  return output;
}

function isTty(stream: NodeJS.WritableStream): boolean {
  return "isTTY" in stream && stream.isTTY === true;
}

function terminalColumns(stdout: NodeJS.WritableStream, env: Record<string, string | undefined>): number {
  if ("columns" in stdout && typeof stdout.columns === "number" && stdout.columns > 0) return stdout.columns;
  const fromEnv = Number(env["COLUMNS"]);
  return Number.isInteger(fromEnv) && fromEnv >= 20 ? fromEnv : 100;
}
