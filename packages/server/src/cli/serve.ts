import type { Command } from "commander";
import { parsePort } from "./parse-option.ts";
import { untilStopped } from "./until-stopped.ts";
import type { CliContext } from "./context.ts";

/** `outlay serve`: the server, until Ctrl-C or SIGTERM. */
export function addServeCommand(program: Command, context: CliContext): void {
  program
    .command("serve")
    .description("start the server: REST, live stream and dashboard")
    .option("--port <number>", "port (default: OUTLAY_PORT, then 4100; 0 takes any free one)", parsePort)
    .option("--host <address>", "address to listen on (default: 127.0.0.1)")
    .option(
      "--retention-days <number>",
      "raw events expire after so many days, their totals stay; off keeps everything",
    )
    .option("--refresh-prices <on|off>", "fetch the public price list once a day")
    .option("--mock-providers <url>", "send every call through the gateway to this outlay mock-provider")
    .action((options: ServeOptions) => serve(context, options));
}

interface ServeOptions {
  port?: number;
  host?: string;
  retentionDays?: string;
  refreshPrices?: string;
  mockProviders?: string;
}

async function serve(context: CliContext, options: ServeOptions): Promise<void> {
  const stopped = untilStopped();
  const server = await context.startServer(options);
  if (context.isJson()) {
    await context.print(JSON.stringify({ url: server.url, pid: process.pid }));
  } else {
    await context.print(`Outlay is at ${context.colors.bold(server.url)}  (Ctrl-C stops it)`);
  }
  await stopped;
}
