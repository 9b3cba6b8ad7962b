import { z } from "zod";
import { decimal } from "../money-of.ts";
import type { FoundRow } from "../reported-row.ts";
import { dayStart } from "../utc-day.ts";

/** Time series of dollars, one for each group. The group is a list of values or an object; its first text names what was billed. */
export const usageAnswer = z.object({
  timeSeries: z.array(
    z.looseObject({
      group: z.unknown(),
      groupLabels: z.unknown(),
      dataPoints: z.array(z.object({ timestamp: z.string(), values: z.array(decimal) })),
    }),
  ),
  limitReached: z.boolean().nullish(),
});

export function usageRows({ timeSeries }: z.output<typeof usageAnswer>): { dayMs: number; row: FoundRow }[] {
  return timeSeries.flatMap(({ group, groupLabels, dataPoints }) => {
    const item = textIn(groupLabels) ?? textIn(group);
    const model = [textIn(group), item].map(modelOf).find((found) => found !== undefined);
    return dataPoints.flatMap(({ timestamp, values: [cost] }) =>
      cost === undefined || cost.numerator === 0n
        ? []
        : [{ dayMs: dayStart(Date.parse(timestamp)), row: { provider: "x-ai", model, item, cost } }],
    );
  });
}

function textIn(group: unknown): string | undefined {
  const values = Array.isArray(group) ? group : Object.values(group ?? {});
  return values.find((value): value is string => typeof value === "string" && value !== "");
}

function modelOf(text: string | undefined): string | undefined {
  return text === undefined ? undefined : /\b(grok-[\w.-]+)/.exec(text.toLowerCase())?.[1];
}
