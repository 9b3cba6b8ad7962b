import { addFractions } from "@outlay/core";
import { z } from "zod";
import { count, decimal, name } from "../money-of.ts";
import type { FoundRow } from "../reported-row.ts";

/** `activity`: one row for each model, endpoint and provider of a day. `usage` are credits; with one's own keys the rest is paid elsewhere. */
export const activityAnswer = z.object({
  data: z.array(
    z
      .object({
        date: z.string().regex(/^\d{4}-\d\d-\d\d/),
        model: name,
        model_permaslug: name,
        provider_name: name,
        usage: decimal,
        byok_usage_inference: decimal.nullish(),
        requests: count,
        prompt_tokens: count,
        completion_tokens: count,
        reasoning_tokens: count,
      })
      .transform((row): { dayMs: number; row: FoundRow } => {
        const outputTokens = row.completion_tokens ?? 0;
        const byok = row.byok_usage_inference ?? null;
        return {
          dayMs: Date.parse(`${row.date.slice(0, 10)}T00:00:00Z`),
          row: {
            provider: "openrouter",
            model: row.model ?? row.model_permaslug,
            item: row.provider_name,
            usage: {
              inputTokens: row.prompt_tokens ?? 0,
              outputTokens,
              ...(row.reasoning_tokens === undefined || row.reasoning_tokens === 0
                ? {}
                : { reasoningTokens: Math.min(row.reasoning_tokens, outputTokens) }),
            },
            requests: row.requests,
            cost: byok === null ? row.usage : addFractions(row.usage, byok),
          },
        };
      }),
  ),
});

export const creditsAnswer = z.object({ data: z.object({ total_credits: decimal, total_usage: decimal }) });

export const keyAnswer = z.object({
  data: z.object({ label: name, limit: decimal.nullish(), limit_remaining: decimal.nullish(), usage: decimal }),
});
