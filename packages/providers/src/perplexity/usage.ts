import { count, fields, sum, text } from "../fields.ts";
import type { UsageDialect } from "../openai/usage.ts";

/**
 * OpenAI's counts and the charge. A fee for each request depends on the size of the search context; deep research pays besides for
 * the citations it read, for reasoning outside the completion, and for each query.
 */
export const perplexityUsage: UsageDialect = {
  reportedCost: { path: ["cost", "total_cost"], unitsPerUsd: 1 },
  readMore(usage, counts) {
    const citations = count(usage["citation_tokens"]);
    const reasoning = count(usage["reasoning_tokens"]);
    const isOutside = fields(usage["completion_tokens_details"])["reasoning_tokens"] === undefined;
    const output = Number(counts.outputTokens ?? 0);
    const isAdded = count(usage["completion_tokens"]) !== output;
    const context = text(usage["search_context_size"]);
    return {
      ...(citations === undefined ? {} : { inputTokens: sum(Number(counts.inputTokens ?? 0), citations) }),
      ...(reasoning === undefined || !isOutside || isAdded ? {} : { outputTokens: output + reasoning }),
      ...(count(usage["num_search_queries"]) === undefined ? {} : { searches: count(usage["num_search_queries"]) }),
      ...(context === null ? {} : { searchContext: context }),
    };
  },
};
