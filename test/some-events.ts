import type { WireEvent } from "@outlay/core";

const MODELS = [
  ["openai", "gpt-4o"],
  ["openai", "gpt-4o-mini"],
  ["anthropic", "claude-sonnet-4-5"],
  ["nobody", "model-without-a-price"],
] as const;

/** Plain events with ids of their own, spread over the ninety days before now, every dimension in use. */
export function someEvents(prefix: string, count: number): WireEvent[] {
  const nowMs = Date.now();
  return Array.from({ length: count }, (_, index) => {
    const [provider, model] = MODELS[index % MODELS.length]!;
    return {
      id: `${prefix}-${index}`,
      occurredAt: new Date(nowMs - ((index * 7_919) % 7_776_000) * 1_000).toISOString(),
      provider,
      model,
      usage: { inputTokens: 100 + (index % 900), cacheReadTokens: index % 100, outputTokens: index % 500 },
      user: `user-${index % 50}`,
      team: `team-${index % 5}`,
      agent: `agent-${index % 7}`,
      activity: "testing.faults",
      session: `${prefix}-session-${index % 20}`,
      tags: { story: `story-${index % 11}` },
      durationMs: index % 3_000,
      success: index % 13 !== 0,
    };
  });
}
