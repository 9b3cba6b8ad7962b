import type { EventUsage } from "@outlay/core";
import type { MetricPoint } from "./otlp-records.ts";

/** What one point of a metric counts. */
export type TokenKind = "input" | "output" | "cacheRead" | "cacheWrite" | "reasoning";

/** A family of metrics that says what was used. Several of one sender say the same: the first in this list counts. */
interface Family {
  name: string;
  metrics: Record<string, (point: MetricPoint) => TokenKind | null>;
  /** Cached tokens stand beside the input instead of inside. */
  cacheOutside?: true;
  /** Reasoning stands beside the output instead of inside. */
  reasoningOutside?: true;
}

const byType = (attribute: string, kinds: Record<string, TokenKind>) => (point: MetricPoint) =>
  kinds[String(point.attributes[attribute])] ?? null;

const FAMILIES: Family[] = [
  {
    name: "claude_code",
    metrics: {
      "claude_code.token.usage": byType("type", {
        input: "input",
        output: "output",
        cacheRead: "cacheRead",
        cacheCreation: "cacheWrite",
      }),
    },
    cacheOutside: true,
  },
  {
    name: "codex",
    metrics: {
      "codex.turn.token_usage": byType("token_type", {
        input: "input",
        cached_input: "cacheRead",
        cache_write_input: "cacheWrite",
        output: "output",
        reasoning_output: "reasoning",
      }),
    },
  },
  {
    name: "gemini_cli",
    metrics: {
      // what tools' prompts use stands beside the input and is billed like it
      "gemini_cli.token.usage": byType("type", {
        input: "input",
        tool: "input",
        cache: "cacheRead",
        output: "output",
        thought: "reasoning",
      }),
    },
    reasoningOutside: true,
  },
  {
    name: "gen_ai.client.inference.usage",
    metrics: {
      "gen_ai.client.inference.usage.input_tokens": () => "input",
      "gen_ai.client.inference.usage.output_tokens": () => "output",
      "gen_ai.client.inference.usage.cache_read.input_tokens": () => "cacheRead",
      "gen_ai.client.inference.usage.cache_write.input_tokens": () => "cacheWrite",
      "gen_ai.client.inference.usage.reasoning.output_tokens": () => "reasoning",
    },
  },
  {
    name: "gen_ai.client.token.usage",
    metrics: { "gen_ai.client.token.usage": byType("gen_ai.token.type", { input: "input", output: "output" }) },
  },
];

/** Attributes that divide one call's tokens, and not one sender's calls. */
const DIVIDING = new Set(["type", "token_type", "gen_ai.token.type", "gen_ai.token.modality"]);

/** What a point counts, and how much its family is preferred: the lower the better. Null: no tokens. */
export function tokenKindOf(point: MetricPoint): { kind: TokenKind; preference: number } | null {
  const preference = FAMILIES.findIndex(({ metrics }) => Object.hasOwn(metrics, point.name));
  const kind = FAMILIES[preference]?.metrics[point.name]?.(point) ?? null;
  return kind === null ? null : { kind, preference };
}

/** The attributes of a point without those that divide one call's tokens. */
export function sharedAttributes({ attributes }: MetricPoint): MetricPoint["attributes"] {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => !DIVIDING.has(name)));
}

/** Inclusive counts from sums by kind. */
export function usageOfSums(sums: Partial<Record<TokenKind, number>>, preference: number): EventUsage {
  const family = FAMILIES[preference]!;
  const cached = (sums.cacheRead ?? 0) + (sums.cacheWrite ?? 0);
  const input = (sums.input ?? 0) + (family.cacheOutside ? cached : 0);
  const output = (sums.output ?? 0) + (family.reasoningOutside ? (sums.reasoning ?? 0) : 0);
  const usage: EventUsage = { inputTokens: Math.round(input), outputTokens: Math.round(output) };
  setPart(usage, "cacheReadTokens", sums.cacheRead, usage.inputTokens!);
  setPart(usage, "cacheWriteTokens", sums.cacheWrite, usage.inputTokens! - (usage.cacheReadTokens ?? 0));
  setPart(usage, "reasoningTokens", sums.reasoning, usage.outputTokens!);
  return usage;
}

type Part = "cacheReadTokens" | "cacheWriteTokens" | "reasoningTokens";

/** Series are read one after the other, so a part may be ahead of its whole by a call. */
function setPart(usage: EventUsage, part: Part, value: number | undefined, most: number): void {
  if (value !== undefined && value > 0) usage[part] = Math.min(Math.round(value), most);
}
