import { fstatSync, readSync } from "node:fs";

/** What Claude Code tells its status line command. Every field may be missing: null is not said. */
export interface StatusInput {
  session: string | null;
  model: string | null;
  /** Claude Code's own reckoning of the session, in dollars. */
  toolCostUsd: number | null;
  /** How full the context window is. */
  contextPercent: number | null;
  /** Windows of the plan, as the provider told them. */
  windows: { name: string; usedPercent: number; resetsAtMs: number | null }[];
}

const MOST_BYTES = 1_048_576;
type Fields = Record<string, unknown>;

/** Reads standard input to its end; empty when nothing is piped in or it cannot be read. */
export function readStandardInput(): string {
  const chunk = Buffer.alloc(65_536);
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    if (fstatSync(0).isCharacterDevice()) return "";
    while (bytes < MOST_BYTES) {
      const read = readSync(0, chunk);
      if (read === 0) break;
      bytes += read;
      chunks.push(Buffer.from(chunk.subarray(0, read)));
    }
  } catch {
    // a pipe that is not there, or not ready: a status line must not fail
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** Takes what it knows of any JSON; of anything else nothing. */
export function parseInput(text: string): StatusInput {
  const input = fields(parsed(text));
  const model = fields(input["model"]);
  return {
    session: textOf(input["session_id"]),
    model: textOf(model["display_name"]) ?? textOf(model["id"]) ?? textOf(input["model"]),
    toolCostUsd: amount(fields(input["cost"])["total_cost_usd"]),
    contextPercent: contextOf(fields(input["context_window"])),
    windows: Object.entries(fields(input["rate_limits"])).flatMap(([name, value]) => {
      const usedPercent = amount(fields(value)["used_percentage"]);
      const resetsAt = amount(fields(value)["resets_at"]);
      // epoch seconds
      return usedPercent === null
        ? []
        : [{ name, usedPercent, resetsAtMs: resetsAt === null ? null : resetsAt * 1_000 }];
    }),
  };
}

function contextOf(context: Fields): number | null {
  const used = amount(context["used_percentage"]);
  if (used !== null) return used;
  const size = amount(context["context_window_size"]);
  const tokens = amount(context["total_input_tokens"]);
  return size === null || tokens === null || size === 0 ? null : (tokens / size) * 100;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function fields(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

const LONGEST_TEXT = 200;

/** Without control characters: it goes to a terminal. */
function textOf(value: unknown): string | null {
  if (typeof value !== "string") return null;
  const clean = value
    .replace(/\p{Cc}/gu, "")
    .slice(0, LONGEST_TEXT)
    .trim();
  return clean === "" ? null : clean;
}

function amount(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : null;
}
