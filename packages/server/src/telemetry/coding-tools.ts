import type { Attributes } from "@outlay/providers";

/** A coding tool that sends telemetry of its own; its name is the agent of its calls. */
export type CodingTool = "claude-code" | "codex" | "gemini-cli" | "qwen-code" | "github-copilot";

/** By `service.name`, as each tool sets it. */
const SERVICES: [pattern: RegExp, tool: CodingTool][] = [
  [/^claude-?code/i, "claude-code"],
  [/^codex/i, "codex"],
  [/^gemini-cli/i, "gemini-cli"],
  [/^qwen-code/i, "qwen-code"],
  [/^(github-)?copilot/i, "github-copilot"],
];

/** The tool that a resource belongs to; null when it is an application. */
export function codingToolOf(resource: Attributes): CodingTool | null {
  const service = resource["service.name"];
  if (typeof service !== "string") return null;
  return SERVICES.find(([pattern]) => pattern.test(service))?.[1] ?? null;
}
