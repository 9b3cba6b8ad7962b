import { DIMENSIONS, METRICS, PERIOD_NAMES, TIME_UNITS } from "@outlay/core";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { askApi } from "./ask-api.ts";
import { COST_TOOLS } from "./cost-tools.ts";
import { LIMIT_TOOLS } from "./limit-tools.ts";
import { PRICE_TOOLS } from "./price-tools.ts";
import { AskFailed, type Ask, type McpApi, type Tool } from "./tool.ts";

export interface McpServerOptions {
  api: McpApi;
  version: string;
  /** Offer the tools that change something. */
  allowWrites: boolean;
}

const INSTRUCTIONS =
  "Outlay records what calls to AI models cost. Costs are US dollars and exact; calls without a known price are counted apart and never as zero. Ask `costs` for anything, `summary` for an overview, `prices` and `estimate_call` before calling a model.";

/** All tools and the vocabulary, not yet connected to anybody. */
export function createMcpServer({ api, version, allowWrites }: McpServerOptions): McpServer {
  const server = new McpServer({ name: "outlay", title: "Outlay", version }, { instructions: INSTRUCTIONS });
  const ask = askApi(api);
  const tools = [...COST_TOOLS, ...LIMIT_TOOLS, ...PRICE_TOOLS];
  for (const tool of tools.filter(({ writes }) => allowWrites || !writes)) addTool(server, tool, ask);
  server.registerResource(
    "vocabulary",
    "outlay://vocabulary",
    {
      title: "Words of the query language",
      description: "Metrics, dimensions, units of time and names of periods",
      mimeType: "text/markdown",
    },
    (uri) => ({ contents: [{ uri: uri.href, mimeType: "text/markdown", text: vocabularyText() }] }),
  );
  return server;
}

function addTool(server: McpServer, { name, title, description, input, writes, run }: Tool, ask: Ask): void {
  server.registerTool(
    name,
    {
      title,
      description,
      inputSchema: input,
      annotations: {
        title,
        readOnlyHint: !writes,
        destructiveHint: false,
        idempotentHint: !writes,
        openWorldHint: false,
      },
    },
    async (given: Record<string, unknown>) => {
      try {
        const { text, structured } = await run(ask, given);
        return { content: [{ type: "text", text }], structuredContent: structured };
      } catch (error) {
        return failed(error);
      }
    },
  );
}

/** For the assistant to mend: what is wrong, in the words of the REST interface. */
function failed(error: unknown) {
  const { code, message, field } =
    error instanceof AskFailed
      ? error
      : {
          code: "unreachable",
          message: `Outlay cannot be asked: ${error instanceof Error ? error.message : String(error)}`,
          field: null,
        };
  return {
    isError: true,
    content: [{ type: "text" as const, text: `${code}: ${message}${field === null ? "" : ` (${field})`}` }],
    structuredContent: { error: { code, message, field } },
  };
}

function vocabularyText(): string {
  const metrics = Object.entries(METRICS).map(([name, { label, unit }]) => `- ${name}: ${label} (${unit})`);
  return [
    "# Metrics",
    ...metrics,
    "",
    "# Dimensions",
    `${DIMENSIONS.join(", ")}, tag:<key>`,
    "",
    "# Units of time",
    TIME_UNITS.join(", "),
    "",
    "# Periods",
    `${PERIOD_NAMES.join(", ")}; or from and to`,
  ].join("\n");
}
