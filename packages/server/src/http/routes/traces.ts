import { BASES } from "@outlay/core";
import { z } from "zod";
import { trace } from "../../ledger/trace.ts";
import { ledgerOf } from "../authorize.ts";
import { addRoute } from "../route.ts";
import type { App } from "../route.ts";

const usd = z.number().nullable().meta({ description: "US dollars, exact to nine decimals; null: no price is known" });
const textOrNull = z.string().nullable();
const tokens = z.number().int().nullable().meta({ description: "In and out; null: no source said" });

const span = z
  .strictObject({
    id: z.string().meta({ description: "Of the event: GET /api/v1/events/{id}" }),
    span: textOrNull,
    parent: textOrNull.meta({ description: "id of the nearest call above; null: it stands under the root" }),
    parentSpan: textOrNull.meta({
      description: "The span above as the source said, stored or not: those with the same one belong to the same step",
    }),
    linked: z.boolean().meta({ description: "False: under the root in the order of time, for want of a known parent" }),
    depth: z.number().int(),
    name: z.string().meta({ description: "The activity, else operation and model" }),
    operation: z.string(),
    provider: z.string(),
    model: z.string(),
    agent: textOrNull,
    startMs: z.number().meta({ description: "Milliseconds after the start of the trace" }),
    durationMs: z.number().nullable(),
    costUsd: usd,
    subtreeCostUsd: usd.meta({ description: "With all calls below it, those whose price is known" }),
    basis: z.enum(BASES),
    tokens,
    success: z.boolean(),
    errorType: textOrNull,
  })
  .meta({ id: "TraceSpan" });

const step = z
  .strictObject({
    span: z.string().meta({ description: "The parentSpan of these calls" }),
    startMs: z.number(),
    durationMs: z.number(),
    calls: z.number().int(),
    costUsd: usd.meta({ description: "Of these calls and all below them" }),
  })
  .meta({ id: "TraceStep" });

/** What one trace has cost, step by step. */
export function addTraceRoutes(app: App): void {
  addRoute(
    app,
    {
      method: "get",
      path: "/api/v1/traces/{id}",
      access: "read",
      tag: "Lists",
      summary: "The calls of one trace as a tree, with the cost of each and of what is below it",
      description:
        "Each call comes before those below it. Spans that used nothing (agents, tools) are not stored: a call stands below the nearest one that is, where the source says so (`metadata.parentSpan`; OpenTelemetry and Langfuse do), else under the root.",
      params: z.object({ id: z.string() }),
      query: z.object({
        at: z.string().optional().meta({
          description:
            "ISO instant of any of its calls: a day before and after are looked through. Without it the last 31 days are, which takes longer",
        }),
      }),
      answer: z.strictObject({
        trace: z.string(),
        startedAt: z.string().meta({ format: "date-time" }),
        durationMs: z.number(),
        cost: usd,
        calls: z.number().int(),
        errors: z.number().int(),
        tokens,
        unpricedCalls: z.number().int(),
        truncated: z
          .boolean()
          .meta({ description: "It has more than 5,000 calls: these, and the numbers, are of the newest" }),
        spans: z.array(span),
        steps: z
          .array(step)
          .meta({ description: "Spans that are not stored, with the calls right below each; by time" }),
      }),
    },
    ({ c, params, query }) => trace(ledgerOf(c), params["id"] ?? "", query),
  );
}
