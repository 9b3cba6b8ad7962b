import type { UsageDialect } from "../openai/usage.ts";

/** OpenAI's counts. The prompt is the sum of `prompt_cache_hit_tokens` and `prompt_cache_miss_tokens`. */
export const deepseekUsage: UsageDialect = {};
