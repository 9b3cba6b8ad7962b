import { count } from "../fields.ts";
import type { UsageDialect } from "../openai/usage.ts";

/** OpenAI's counts, live search by source, and the exact charge in units of a ten-billionth of a dollar. */
export const xaiUsage: UsageDialect = {
  reportedCost: { path: ["cost_in_usd_ticks"], unitsPerUsd: 10_000_000_000 },
  readMore: (usage) => {
    const sources = count(usage["num_sources_used"]) ?? 0;
    return sources === 0 ? {} : { searches: sources };
  },
};
