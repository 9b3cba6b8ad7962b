import { BASES, METERS, METRICS, eventSchema, usageSchema } from "@outlay/core";
import { z } from "zod";

/*
 * Shapes of the answers, for the documentation. The ledger's own types (ledger/answers.ts) make them; a test
 * holds every answer against its shape here.
 */

const instant = z.string().meta({ format: "date-time", description: "ISO 8601, UTC" });
const usd = z.number().meta({ description: "US dollars, exact to nine decimals" });
const usdOrUnknown = z.number().nullable().meta({ description: "US dollars; null: no price is known" });

/** Values of the metrics asked for; null: not known. */
const metricValues = z
  .partialRecord(z.enum(Object.keys(METRICS) as (keyof typeof METRICS)[]), z.number().nullable())
  .meta({ id: "MetricValues", description: "A value for each metric; null: nothing to divide by, or no price known" });

const row = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).meta({
  id: "Row",
  description:
    "A field for each dimension (null: unattributed), the label of the time unit, a field for each metric; other: true marks the row that holds everything beyond the limit",
});

const range = z.strictObject({ start: instant, end: instant });

const period = z.strictObject({
  name: z.string().optional(),
  start: instant,
  end: instant,
  timeZone: z.string(),
});

const resolvedQuery = z
  .strictObject({
    metrics: z.array(z.string()),
    by: z.array(z.string()),
    filters: z.array(z.string()),
    period,
    compare: range.nullable(),
    order: z.string(),
    limit: z.number().int(),
  })
  .meta({ id: "Query", description: "The question as it was understood" });

const metaShape = {
  unfinished: z.array(z.string()).meta({ description: "Labels of the buckets that time has not passed yet" }),
  unpriced: z
    .strictObject({ calls: z.number().int(), tokens: z.number().int() })
    .meta({ description: "In the totals' calls and tokens, but not in their cost" }),
  approximate: z.array(z.string()).meta({ description: "Metrics that come from merged sketches" }),
  groups: z.number().int().meta({ description: "Groups before the limit cut them" }),
  scannedEvents: z.number().int().meta({ description: "Raw events read; 0 when sums sufficed" }),
};
const meta = z.strictObject(metaShape).meta({ id: "Meta" });

const comparedTotals = z.strictObject({ period: range, totals: metricValues, change: metricValues });

const queryShape = {
  query: resolvedQuery,
  rows: z.array(row),
  totals: metricValues,
  comparison: z
    .strictObject({ period: range, rows: z.array(row), totals: metricValues, change: metricValues })
    .optional(),
  meta,
};
export const queryAnswer = z.strictObject(queryShape);
export const breakdownAnswer = z.strictObject({ ...queryShape, shareOf: z.string() });

const bucket = z.strictObject({ label: z.string(), start: instant, end: instant, unfinished: z.boolean() });
const series = z.strictObject({
  key: z.record(z.string(), z.string().nullable()),
  label: z.string(),
  other: z.literal(true).optional(),
  values: z.record(z.string(), z.array(z.number().nullable())),
});
export const timeSeriesAnswer = z.strictObject({
  query: resolvedQuery,
  buckets: z.array(bucket),
  series: z.array(series),
  totals: metricValues,
  comparison: z
    .strictObject({
      period: range,
      buckets: z.array(bucket),
      series: z.array(series),
      totals: metricValues,
      change: metricValues,
    })
    .optional(),
  meta,
});

const chargesSum = {
  totalUsd: usd.meta({ description: "Sum of byKind; revenue is no cost and stands apart" }),
  byKind: z.record(z.string(), z.number()),
  revenueUsd: usd,
};

export const summaryAnswer = z
  .object({
    query: resolvedQuery,
    totals: metricValues,
    comparison: comparedTotals.optional(),
    charges: z.strictObject(chargesSum),
    daily: z.array(row).optional(),
    meta: z.strictObject({
      ...metaShape,
      skipped: z
        .array(z.strictObject({ part: z.string(), why: z.string() }))
        .meta({ description: "Parts that would have needed a scan above the limit" }),
    }),
  })
  .catchall(z.array(row))
  .meta({ id: "Summary", description: "byProvider, byModel, …: one list of rows for each part" });

const usageAnswer = usageSchema.meta({ id: "Usage" });

const { occurredAt: _occurredAt, usage: _usage, ...wireFields } = eventSchema.shape;
export const eventAnswer = z
  .strictObject({
    ...wireFields,
    id: z.string(),
    occurredAt: instant,
    operation: z.string(),
    usage: usageAnswer,
    success: z.boolean(),
    source: z.string(),
    seq: z.number().int().meta({ description: "Order of arrival; it only grows" }),
    costUsd: usdOrUnknown.meta({ description: "The cost that counts; null: unpriced" }),
    computedCostUsd: usdOrUnknown.meta({ description: "What the known prices say" }),
    reportedCostUsd: usdOrUnknown.meta({ description: "What the provider said" }),
    cacheSavingsUsd: usd.meta({ description: "What the cached tokens would have cost more as plain input" }),
    avoidedUsd: usd.meta({ description: "What an answer from the application's own cache would have cost" }),
    basis: z.enum(BASES),
    priceId: z.string().nullable(),
    approximate: z.boolean(),
  })
  .meta({ id: "EventAnswer" });

const decimals = z.record(z.string(), z.string()).meta({ description: "US dollars by meter, as decimal strings" });

export const adjustment = z.strictObject({
  when: z.record(z.string(), z.unknown()),
  rates: decimals.optional(),
  multiply: z.string().optional(),
  meters: z.array(z.string()).optional(),
  applies: z.enum(["whole", "part"]).optional(),
});

export const priceVersion = z
  .object({
    id: z.string(),
    layer: z.enum(["override", "catalogue", "refreshed", "bundled"]),
    provider: z.string(),
    model: z.string(),
    startMs: z.number().nullable(),
    endMs: z.number().nullable(),
    rates: decimals,
    adjustments: z.array(adjustment),
    minimums: z.record(z.string(), z.number()).optional(),
    source: z.string().optional(),
    checkedOn: z.string().optional(),
  })
  .meta({ id: "PriceVersion", description: "One dated price of one model at one provider" });

export const costLine = z
  .strictObject({
    meter: z.enum(Object.keys(METERS) as (keyof typeof METERS)[]),
    quantity: z.number(),
    rateUsd: z.string(),
    per: z.number(),
    costUsd: z.string(),
  })
  .meta({ id: "CostLine" });

export const eventDetail = z.strictObject({
  ...eventAnswer.shape,
  lines: z.array(costLine),
  price: priceVersion.nullable(),
  note: z.string().nullable().meta({ description: "What the price does not cover or is not sure of, in a sentence" }),
});

export const eventsAnswer = z.strictObject({ events: z.array(eventAnswer), nextCursor: z.string().nullable() });

const session = z
  .strictObject({
    session: z.string(),
    firstAt: instant,
    lastAt: instant,
    calls: z.number().int(),
    errors: z.number().int(),
    cost: usdOrUnknown,
    tokens: z.number().int(),
    inputTokens: z.number().int(),
    outputTokens: z.number().int(),
    cacheReadTokens: z.number().int(),
    cacheSavings: usd,
    unpricedCalls: z.number().int(),
    user: z.string().nullable(),
    agent: z.string().nullable(),
    project: z.string().nullable(),
    models: z.array(z.string()),
    costPerCall: usdOrUnknown,
  })
  .meta({ id: "Session" });

export const sessionsAnswer = z.strictObject({ sessions: z.array(session), nextCursor: z.string().nullable() });

export const sessionDetail = z.strictObject({
  session,
  byModel: z.array(row),
  byCategory: z.array(row),
  events: z.array(eventAnswer),
});

export const entityAnswer = z
  .strictObject({
    query: resolvedQuery,
    totals: metricValues,
    comparison: comparedTotals.optional(),
    byModel: z.array(row),
    byProvider: z.array(row),
    byCategory: z.array(row),
    byActivity: z.array(row),
    byAgent: z.array(row),
    daily: z.array(row),
    events: z.array(eventAnswer),
    meta,
  })
  .meta({ id: "Entity" });

export const recordAnswer = z
  .strictObject({
    accepted: z.number().int(),
    duplicates: z.number().int().meta({ description: "Ids that were there already: counted once, changed nothing" }),
    revised: z.number().int().optional().meta({
      description: "With `repeats=largest`: events that took the place of an earlier one with their id",
    }),
    addedCostUsd: z.number().optional().meta({
      description:
        "With `repeats=largest`: by how much the recorded costs have grown; calls without a price add nothing",
    }),
    rejected: z.array(
      z.strictObject({
        index: z.number().int(),
        id: z.string().optional(),
        field: z.string(),
        code: z.string(),
        reason: z.string(),
        more: z.array(z.strictObject({ field: z.string(), code: z.string(), reason: z.string() })).optional(),
      }),
    ),
    ids: z.array(z.string()).meta({ description: "Of everything valid, in the order in which it was sent" }),
  })
  .meta({ id: "RecordAnswer", description: "accepted + duplicates + revised + rejected = what was sent" });

export const chargesAnswer = z.strictObject({
  ...chargesSum,
  query: z.strictObject({ period }),
  charges: z.array(
    z
      .strictObject({
        id: z.string(),
        occurredAt: instant,
        kind: z.string(),
        amountUsd: usd,
        description: z.string().optional(),
        provider: z.string().optional(),
        user: z.string().optional(),
        team: z.string().optional(),
        project: z.string().optional(),
        customer: z.string().optional(),
        tags: z.record(z.string(), z.string()).optional(),
        metadata: z.record(z.string(), z.unknown()).optional(),
      })
      .meta({ id: "Charge" }),
  ),
});

const month = z.strictObject({ start: instant, end: instant, timeZone: z.string() });

export const trendsAnswer = z.strictObject({
  query: z.strictObject({ filters: z.array(z.string()), period }),
  last7Days: metricValues,
  previous7Days: metricValues,
  last30Days: metricValues,
  previous30Days: metricValues,
  trend: z.enum(["up", "down", "stable"]),
  percentageChange: z.number().nullable(),
  monthOverMonth: z.strictObject({
    thisMonth: metricValues,
    lastMonthSamePart: metricValues,
    lastMonth: metricValues,
    percentageChange: z.number().nullable(),
  }),
});

export const projectionAnswer = z.strictObject({
  month,
  spent: usd,
  projectedMonthEnd: usdOrUnknown,
  dailyAverage: usdOrUnknown,
  elapsedDays: z.number(),
  remainingDays: z.number(),
  lastMonth: usd,
  trend: z.enum(["increasing", "decreasing", "stable"]),
  method: z.string(),
});

export const forecastAnswer = z.strictObject({
  month,
  expected: usdOrUnknown,
  low: usdOrUnknown,
  high: usdOrUnknown,
  errorPercent: z.number().nullable(),
  basedOnDays: z.number(),
  method: z.string(),
});

export const velocityAnswer = z.strictObject({
  perHour: usd,
  perDay: usd,
  perMonth: usd,
  last24Hours: usd,
  previous24Hours: usd,
  percentageChange: z.number().nullable(),
});
