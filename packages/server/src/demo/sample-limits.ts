/** A budget or limit whose amount follows from what it counts, so that it looks the same however many calls were made up. */
export interface SampleLimit {
  /** As POST /api/v1/limits takes it, but for the amount. */
  body: Record<string, unknown>;
  /** The amount, as a multiple of what its fullest account has spent, or will have spent at the end of the period. */
  timesSpent?: number;
  timesEnd?: number;
}

interface Samples {
  limits: SampleLimit[];
  /** As POST /api/v1/alerts/rules takes them. */
  rules: Record<string, unknown>[];
  /** Raised for a time: the limit by its name, and what POST /api/v1/limits/{id}/overrides takes. */
  override: { limit: string; body: Record<string, unknown> };
  /** Calls that are asked about and refused, as POST /api/v1/limits/check takes them. */
  refused: Record<string, unknown>[];
}

const DAY_MS = 86_400_000;

/**
 * Budgets, limits and a rule that Meridian would have: some quiet, some nearly used up, one that refuses. None of the limits
 * counts what is said in the playground, which belongs to no project.
 */
export function sampleLimits(nowMs: number): Samples {
  const support = { provider: "anthropic", project: "support", agent: "echo", mostUsd: 0.05 };
  return {
    limits: [
      { body: { kind: "budget", name: "All of Meridian", period: "month" }, timesEnd: 1.12 },
      {
        body: {
          kind: "budget",
          name: "Storefront",
          filters: ["project:storefront"],
          period: "month",
          carryOver: true,
        },
        timesEnd: 0.86,
      },
      {
        body: {
          kind: "budget",
          name: "Assistant, 30 days",
          filters: ["project:assistant"],
          period: { unit: "month", rolling: true },
        },
        timesSpent: 1.3,
      },
      {
        body: {
          kind: "budget",
          name: "Each team",
          each: "team",
          period: "quarter",
          thresholdsPercent: [50, 80, 100],
        },
        timesSpent: 1.08,
      },
      {
        body: {
          name: "Cockpit agents",
          filters: ["project:cockpit"],
          each: "agent",
          period: { unit: "week", rolling: true },
          atLimit: "throttle",
          enforcement: { throttle: { fromPercent: 80, callsPerMinute: 30 } },
        },
        timesSpent: 1.15,
      },
      {
        body: {
          name: "Support",
          filters: ["project:support"],
          period: { unit: "week", rolling: true },
          enforcement: { swap: { fromPercent: 80, models: { "claude-sonnet-4-5": "claude-haiku-4-5" } } },
        },
        timesSpent: 0.97,
      },
      {
        body: {
          name: "Each person in the assistant",
          filters: ["project:assistant"],
          each: "user",
          period: { unit: "month", rolling: true },
          atLimit: "warn",
        },
        timesSpent: 1.6,
      },
    ],
    rules: [
      {
        kind: "trend",
        name: "A week that is a quarter dearer",
        percent: 25,
        period: "7d",
        minimumUsd: 1,
        severity: "info",
      },
    ],
    override: {
      limit: "Cockpit agents",
      body: {
        value: "forge",
        amountUsd: null,
        reason: "Release notes of two years are written again",
        until: new Date(nowMs + 5 * DAY_MS).toISOString(),
      },
    },
    refused: [
      { ...support, user: "maria", model: "claude-haiku-4-5" },
      { ...support, user: "jonas", model: "claude-opus-4-6", mostUsd: 0.4 },
      { ...support, user: "priya", model: "claude-haiku-4-5" },
    ],
  };
}

/** Two digits, as people would choose: 1234.5 → 1200, 0.0871 → 0.087. At least a cent. */
export function roundAmount(usd: number): number {
  if (usd < 0.01) return 0.01;
  const step = 10 ** (Math.floor(Math.log10(usd)) - 1);
  return Number((Math.round(usd / step) * step).toPrecision(2));
}
