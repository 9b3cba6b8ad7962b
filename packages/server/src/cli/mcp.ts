import type { Command } from "commander";
import type { McpApi } from "../mcp/tool.ts";
import type { Api, CliContext } from "./context.ts";

/** The data folder is given back when nobody has asked for so long: others want it too. */
const idleMs = 2_000;

/** `outlay mcp`: assistants ask for costs over the Model Context Protocol. */
export function addMcpCommand(program: Command, context: CliContext): void {
  program
    .command("mcp")
    .description(
      "let assistants ask for costs, budgets, forecasts and prices (Model Context Protocol, on standard input and output)",
    )
    .option("--allow-writes", "also tools that change something: set a budget, raise a limit")
    .addHelpText(
      "after",
      `
It asks the running server of the data folder, the one named with --server (with the key in OUTLAY_KEY, and what that key may
see), or the data folder itself. It only reads, unless --allow-writes is given.

Examples:
  claude mcp add outlay -- outlay mcp
  outlay mcp --allow-writes
  OUTLAY_KEY=outlay_… outlay mcp --server https://outlay.example.com

In a client that reads JSON:
  { "mcpServers": { "outlay": { "command": "outlay", "args": ["mcp"] } } }`,
    )
    .action(async (options: { allowWrites?: boolean }) => {
      const { serveMcp } = await loadMcp();
      const { version, stdin, stdout } = context;
      const { api, close } = lendApi(context);
      await serveMcp({ api, version, allowWrites: options.allowWrites === true, stdin, stdout });
      await close();
    });
}

/** Opens what is asked with the first question and closes it after the last for a while. */
function lendApi(context: CliContext): { api: McpApi; close(): Promise<void> } {
  let opened: Promise<Api> | null = null;
  let asking = 0;
  let timer: NodeJS.Timeout | undefined;
  const close = async () => {
    clearTimeout(timer);
    const closing = opened;
    opened = null;
    await (await closing?.catch(() => null))?.close();
  };
  const request = async (path: string, init?: RequestInit) => {
    clearTimeout(timer);
    asking++;
    try {
      opened ??= context.lend();
      opened.catch(() => (opened = null));
      return await (await opened).request(path, init);
    } finally {
      asking--;
      if (asking === 0) timer = setTimeout(() => void close(), idleMs);
    }
  };
  return { api: { request }, close };
}

/** A file of its own beside the built program: most commands never speak this protocol. */
async function loadMcp(): Promise<typeof import("../mcp/serve-mcp.ts")> {
  const file = import.meta.url.endsWith(".ts") ? "../mcp/serve-mcp.ts" : "./serve-mcp.js";
  return (await import(new URL(file, import.meta.url).href)) as typeof import("../mcp/serve-mcp.ts");
}
