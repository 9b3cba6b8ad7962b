import { homedir } from "node:os";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import type { CliContext, SettingFlags } from "./context.ts";
import { startMockProvider } from "../mock-provider/mock-provider.ts";
import { parseCount, parsePort } from "./parse-option.ts";
import { UsageError } from "./problem.ts";
import { untilStopped } from "./until-stopped.ts";

interface DemoFlags {
  port?: number;
  host?: string;
  days: number;
  events: number;
  seed: number;
  serve: boolean;
  live: boolean;
}

/** `outlay demo`: an organisation's last ninety days in a data folder of its own, served and alive. */
export function addDemoCommand(program: Command, context: CliContext): void {
  program
    .command("demo")
    .description("start Outlay with example data, in a data folder of its own")
    .option("--port <number>", "port (default: 4100; 0 takes any free one)", parsePort)
    .option("--host <address>", "address to listen on (default: 127.0.0.1)")
    .option("--days <number>", "how many days to make up", parseCount, 90)
    .option("--events <number>", "about how many calls", parseCount, 60_000)
    .option("--seed <number>", "another seed makes up other calls", parseCount, 1)
    .option("--no-serve", "only fill the data folder")
    .option("--no-live", "do not add calls while the server runs")
    .addHelpText(
      "after",
      `
The data folder is ~/.outlay-demo, or the one given with --data. Starting again adds what has "happened" since.

Examples:
  outlay demo
  outlay demo --data /tmp/demo --days 30 --events 5000 --no-serve`,
    )
    .action((flags: DemoFlags) => demo(context, flags));
}

async function demo(context: CliContext, flags: DemoFlags): Promise<void> {
  const given = context.flags();
  if (given.serverUrl !== undefined) throw new UsageError("The demo has a data folder of its own; leave --server out.");
  // not OUTLAY_DATA: made-up calls never go where real ones may be
  const dataDir = resolve(given.dataDir ?? join(homedir(), ".outlay-demo"));
  const settings = demoSettings(dataDir, flags);
  const mock = flags.serve ? await startMockProvider({ port: 0, behaviour: MOCK_BEHAVIOUR }) : null;
  const server = mock === null ? null : await context.startServer({ ...settings, demo: true, mockUrl: mock.url });
  const api = await context.connect(settings);
  // the made-up organisation is loaded for this command only
  const { fillDemo } = await import("./fill-demo.ts");
  const outcome = await fillDemo(context, api, { dataDir, days: flags.days, events: flags.events, seed: flags.seed });
  if (server === null) {
    if (context.isJson()) await context.printJson({ dataDir, ...outcome });
    else await context.print(`${dataDir}: ${outcome.recorded.toLocaleString("en-US")} calls added`);
    return;
  }
  // until here Ctrl-C ends the process at once: what is recorded is durable, and the next start goes on from there
  const stopped = untilStopped();
  if (context.isJson()) {
    await context.print(JSON.stringify({ url: server.url, pid: process.pid, dataDir, ...outcome }));
  } else {
    await context.print(
      `Outlay's demo is at ${context.colors.bold(server.url)}  (Ctrl-C stops it)`,
      context.colors.dim(`made-up calls of an invented firm, in ${dataDir}`),
      `Talk to a mock model, and see what it would cost: ${server.url}/playground`,
    );
  }
  if (flags.live) {
    const { playLiveCalls } = await import("./play-live-calls.ts");
    await playLiveCalls(api, { seed: context.now(), now: context.now, until: stopped });
  }
  await stopped;
  await mock?.close();
}

/** As slow as a quick model, so that the playground shows how an answer arrives. */
const MOCK_BEHAVIOUR = { delay: 350, "chunk-delay": 30 };

function demoSettings(dataDir: string, { port, host }: DemoFlags): SettingFlags {
  const settings: SettingFlags = { dataDir };
  if (port !== undefined) settings.port = port;
  if (host !== undefined) settings.host = host;
  return settings;
}
