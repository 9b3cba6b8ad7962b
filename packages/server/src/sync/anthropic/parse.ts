import { z } from "zod";
import type { StoredUsage } from "../../storage/storage.ts";
import { cents, count, currency, name } from "../money-of.ts";
import type { FoundRow } from "../reported-row.ts";
import { dayStart } from "../utc-day.ts";

const provider = "anthropic";

const instant = z.string().transform((text, context) => {
  const ms = Date.parse(text);
  if (!Number.isNaN(ms)) return ms;
  context.addIssue({ code: "custom", message: "expected an instant" });
  return z.NEVER;
});

const tokens = {
  uncached_input_tokens: count,
  cache_creation: z.object({ ephemeral_1h_input_tokens: count, ephemeral_5m_input_tokens: count }).nullish(),
  cache_read_input_tokens: count,
  output_tokens: count,
  server_tool_use: z.object({ web_search_requests: count }).nullish(),
};
const counted = z.object(tokens);

/** Parts that do not overlap, as inclusive totals. */
function usageOf(from: z.output<typeof counted>): StoredUsage {
  const read = from.cache_read_input_tokens ?? 0;
  const hour = from.cache_creation?.ephemeral_1h_input_tokens ?? 0;
  const written = hour + (from.cache_creation?.ephemeral_5m_input_tokens ?? 0);
  const searches = from.server_tool_use?.web_search_requests ?? 0;
  return {
    inputTokens: (from.uncached_input_tokens ?? 0) + read + written,
    outputTokens: from.output_tokens ?? 0,
    ...(read === 0 ? {} : { cacheReadTokens: read }),
    ...(written === 0 ? {} : { cacheWriteTokens: written }),
    ...(hour === 0 ? {} : { cacheWrite1hTokens: hour }),
    ...(searches === 0 ? {} : { searches }),
  };
}

const group = {
  api_key_id: name,
  workspace_id: name,
  model: name,
  service_tier: name,
  context_window: name,
  inference_geo: name,
};

function subjectOf(from: z.output<z.ZodObject<typeof group>>): Omit<FoundRow, "usage" | "cost"> {
  const { context_window: window, inference_geo: geo } = from;
  return {
    provider,
    model: from.model,
    project: from.workspace_id,
    key: from.api_key_id,
    tier: from.service_tier,
    geo: geo === "not_available" ? undefined : geo,
    isLongContext: window !== undefined && /-1m$/i.test(window) ? true : undefined,
  };
}

function pageOf<T extends z.ZodType>(entry: T) {
  return z.object({ data: z.array(entry), has_more: z.boolean(), next_page: z.string().nullish() });
}

interface DayRow {
  dayMs: number;
  row: FoundRow;
}

/** `usage_report/messages`. */
export const classicUsagePage = pageOf(
  z
    .object({ starting_at: instant, results: z.array(z.object({ ...tokens, ...group })) })
    .transform(({ starting_at: atMs, results }): DayRow[] =>
      results.map((result) => ({
        dayMs: dayStart(atMs),
        row: { ...subjectOf(result), usage: usageOf(result) },
      })),
    ),
);

const money = { cost_type: name, token_type: name, description: name };

/** `cost_report`: amounts are decimal cents. */
export const classicCostPage = pageOf(
  z
    .object({
      starting_at: instant,
      results: z.array(z.object({ ...group, ...money, amount: cents, currency })),
    })
    .transform(({ starting_at: atMs, results }): DayRow[] =>
      results.map((result) => ({
        dayMs: dayStart(atMs),
        row: {
          ...subjectOf(result),
          item: result.description ?? itemOf(result),
          cost: result.amount,
          currency: result.currency,
        },
      })),
    ),
);

/** `analytics/usage`: one row for each group and bucket, page after page. */
export const usagePage = pageOf(
  z
    .object({
      starting_at: instant,
      group: z.object(group),
      usage: z.object({ ...tokens, requests: count }),
    })
    .transform(({ starting_at: atMs, group: of, usage }): DayRow[] => [
      { dayMs: dayStart(atMs), row: { ...subjectOf(of), usage: usageOf(usage), requests: usage.requests } },
    ]),
);

/** `analytics/cost`: amounts are decimal cents after discounts; `list_amount` before them. */
export const costPage = pageOf(
  z
    .object({
      starting_at: instant,
      group: z.object({ ...group, cost_type: name, token_type: name }),
      cost: z.object({ amount: cents, list_amount: cents.nullish(), currency }),
    })
    .transform(({ starting_at: atMs, group: of, cost }): DayRow[] => [
      {
        dayMs: dayStart(atMs),
        row: {
          ...subjectOf(of),
          item: itemOf(of),
          cost: cost.amount,
          listCost: cost.list_amount ?? undefined,
          currency: cost.currency,
        },
      },
    ]),
);

function itemOf({
  cost_type: kind,
  token_type: token,
}: {
  cost_type?: string | undefined;
  token_type?: string | undefined;
}) {
  return kind === "tokens" ? (token ?? kind) : kind;
}

const modelTokens = z.object({ input: count, output: count, cache_read: count, cache_creation: count });

/** `usage_report/claude_code`: people of one day, with what each model cost them by estimate. */
export const claudeCodePage = pageOf(
  z
    .object({
      date: instant,
      actor: z.object({ type: name, email_address: name, api_key_name: name }),
      terminal_type: name,
      customer_type: name,
      model_breakdown: z
        .array(
          z.object({
            model: name,
            tokens: modelTokens,
            estimated_cost: z.object({ currency, amount: cents }).nullish(),
          }),
        )
        .nullish(),
    })
    .transform(({ date, actor, customer_type: customer, model_breakdown: models }): DayRow[] =>
      (models ?? []).map(({ model, tokens: used, estimated_cost: cost }) => ({
        dayMs: dayStart(date),
        row: {
          provider,
          model,
          user: actor.email_address,
          key: actor.api_key_name,
          item: customer === undefined ? "claude code" : `claude code, ${customer}`,
          usage: usageOf({
            uncached_input_tokens: used.input,
            output_tokens: used.output,
            cache_read_input_tokens: used.cache_read,
            cache_creation: { ephemeral_5m_input_tokens: used.cache_creation, ephemeral_1h_input_tokens: undefined },
          }),
          cost: cost?.amount,
          currency: cost?.currency,
        },
      })),
    ),
);

export type RowsPage = { data: DayRow[][]; has_more: boolean; next_page?: string | null | undefined };
