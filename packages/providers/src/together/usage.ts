import type { UsageDialect } from "../openai/usage.ts";

/** OpenAI's counts. */
export const togetherUsage: UsageDialect = {};
