import type { UsageDialect } from "../openai/usage.ts";

/** OpenAI's counts; times stand beside them. */
export const groqUsage: UsageDialect = {};
