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
    .action((options: { port?: number; host?: string }) => serve(context, options));
}

async function serve(context: CliContext, options: { port?: number; host?: string }): Promise<void> {
  const stopped = untilStopped();
  const server = await context.startServer(options);
  if (context.isJson()) {
    await context.print(JSON.stringify({ url: server.url, pid: process.pid }));
  } else {
    await context.print(`Outlay is at ${context.colors.bold(server.url)}  (Ctrl-C stops it)`);
  }
  await stopped;
}
