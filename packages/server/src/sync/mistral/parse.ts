import { multiplyFractions } from "@outlay/core";
import { z } from "zod";
import { currency, decimal, name } from "../money-of.ts";
import type { FoundRow } from "../reported-row.ts";
import { dayStart } from "../utc-day.ts";

const CATEGORIES = ["chat", "completion", "ocr", "audio", "connectors", "libraries_api", "fine_tuning", "vibe_usage"];

/** A month: categories of any depth, whose leaves are lists of metered amounts; prices stand beside them. */
export const usageAnswer = z.looseObject({
  start_date: z.string(),
  end_date: z.string(),
  currency,
  prices: z.array(z.looseObject({ billing_metric: name, billing_group: name, price: decimal })).nullish(),
});

const entrySchema = z.looseObject({
  timestamp: z.string(),
  value: z.number(),
  value_paid: z.number().nullish(),
  billing_metric: name,
  billing_group: name,
});
type Entry = z.output<typeof entrySchema>;

/** A category says that something was used, in a form that is not known here: nothing would be a wrong number. */
export function unreadCategory(answer: z.output<typeof usageAnswer>): string | undefined {
  return CATEGORIES.find((category) => {
    const value = (answer as Record<string, unknown>)[category];
    return entriesIn(value).length === 0 && hasAmount(value);
  });
}

function hasAmount(value: unknown): boolean {
  if (typeof value === "number") return value !== 0;
  return typeof value === "object" && value !== null && Object.values(value).some(hasAmount);
}

/** Entries without a price are counted without money: unknown is not nothing. */
export function usageRows(answer: z.output<typeof usageAnswer>): { dayMs: number; row: FoundRow }[] {
  const prices = new Map(
    (answer.prices ?? []).map(({ billing_metric: metric, billing_group: group, price }) => [
      `${metric} ${group}`,
      price,
    ]),
  );
  return CATEGORIES.flatMap((category) =>
    entriesIn((answer as Record<string, unknown>)[category]).map((entry) => {
      const { billing_metric: metric, billing_group: group, value, value_paid: paid } = entry;
      const price = prices.get(`${metric} ${group}`);
      const cost =
        price === undefined
          ? undefined
          : multiplyFractions(price, { numerator: BigInt(Math.round(paid ?? value)), denominator: 1n });
      return {
        dayMs: dayStart(Date.parse(entry.timestamp)),
        row: {
          provider: "mistral",
          model: metric,
          item: [category, group].filter((part) => part !== undefined).join(", "),
          ...usageOf(category, group, Math.round(value)),
          cost,
          currency: answer.currency,
        },
      };
    }),
  );
}

function usageOf(category: string, group: string | undefined, value: number): Pick<FoundRow, "usage"> {
  if (category === "ocr") return { usage: { pages: value } };
  if (!["chat", "completion"].includes(category)) return {};
  if (group === "input") return { usage: { inputTokens: value } };
  if (group === "cached") return { usage: { inputTokens: value, cacheReadTokens: value } };
  return group === "output" ? { usage: { outputTokens: value } } : {};
}

function entriesIn(value: unknown): Entry[] {
  if (Array.isArray(value)) {
    return value.flatMap((item) => {
      const parsed = entrySchema.safeParse(item);
      return parsed.success ? [parsed.data] : entriesIn(item);
    });
  }
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(entriesIn) : [];
}
