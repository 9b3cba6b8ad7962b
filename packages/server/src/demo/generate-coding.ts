import type { WireEvent } from "@outlay/core";
import { MODELS, type ModelProfile } from "./organisation.ts";
import { createRandom, type Random } from "./random.ts";
import { isWeekend } from "./rhythm.ts";
import { uuidV7 } from "./uuid-v7.ts";

/** Somebody at Meridian who writes code with a tool, and how they go about it. */
interface Developer {
  user: string;
  /** The tool, as its importer names it. */
  source: string;
  model: ModelProfile;
  project: string;
  /** Of a working day. */
  calls: readonly [fewest: number, most: number];
  /** Median prompt; nine tenths of it are in the cache. */
  inputTokens: number;
  outputTokens: number;
}

const DEVELOPERS: readonly Developer[] = [
  {
    user: "maria",
    source: "claude-code",
    model: MODELS.opus,
    project: "cockpit",
    calls: [30, 56],
    inputTokens: 130_000,
    outputTokens: 1_900,
  },
  {
    user: "jonas",
    source: "claude-code",
    model: MODELS.sonnet,
    project: "assistant",
    calls: [2, 7],
    inputTokens: 48_000,
    outputTokens: 900,
  },
  {
    user: "amara",
    source: "codex",
    model: MODELS["gpt-5.1"],
    project: "storefront",
    calls: [18, 36],
    inputTokens: 110_000,
    outputTokens: 1_600,
  },
];

const dayMs = 86_400_000;

/** Calls of coding tools, as importers bring them from their logs: in working hours, a session a day. Pure. */
export function generateCoding(options: { seed?: number; untilMs: number; days?: number }): WireEvent[] {
  const { seed = 1, untilMs, days = 90 } = options;
  const lastDay = Math.floor((untilMs - 1) / dayMs);
  const events: WireEvent[] = [];
  for (let day = lastDay - days + 1; day <= lastDay; day++) {
    if (isWeekend(day)) continue;
    const random = createRandom(seed, day, 4);
    for (const developer of DEVELOPERS) events.push(...dayOf(developer, day, random));
  }
  return events.filter(({ occurredAt }) => Date.parse(String(occurredAt)) < untilMs);
}

function dayOf(developer: Developer, day: number, random: Random): WireEvent[] {
  const { user, source, model, project, inputTokens, outputTokens } = developer;
  const session = `${source}-${user}-${day}`;
  return Array.from({ length: random.between(...developer.calls) }, () => {
    const atMs = day * dayMs + random.between(7 * 3_600_000, 17 * 3_600_000);
    const input = Math.round(inputTokens * (0.6 + random.between(0, 80) / 100));
    return {
      id: uuidV7(atMs, random),
      occurredAt: new Date(atMs).toISOString(),
      provider: model.provider,
      model: model.model,
      operation: "chat",
      usage: {
        inputTokens: input,
        cacheReadTokens: Math.round(input * 0.9),
        outputTokens: Math.round(outputTokens * (0.5 + random.between(0, 100) / 100)),
      },
      user,
      project,
      team: "product",
      activity: "implementation.assist",
      session,
      source,
    };
  }).toSorted((one, other) => one.occurredAt.localeCompare(other.occurredAt));
}
