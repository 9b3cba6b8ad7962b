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
    .option("--public-url <url>", "where browsers find it, for example https://costs.example.com")
    .option("--setup", "listen for others before there is an administrator, for the set-up page only")
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
  publicUrl?: string;
  setup?: boolean;
  retentionDays?: string;
  refreshPrices?: string;
  mockProviders?: string;
}

async function serve(context: CliContext, options: ServeOptions): Promise<void> {
  const stopped = untilStopped();
  const server = await context.startServer(options);
  if (context.isJson()) {
    const setUp = server.setUp === null ? {} : { setUp: server.setUp };
    await context.print(JSON.stringify({ url: server.url, pid: process.pid, ...setUp }));
  } else {
    await context.print(`Outlay is at ${context.colors.bold(server.url)}  (Ctrl-C stops it)`);
    if (server.setUp !== null) {
      await context.print(
        `Make the first administrator at ${server.setUp.url} with the code ${context.colors.bold(server.setUp.code)}`,
      );
    }
  }
  await stopped;
}
