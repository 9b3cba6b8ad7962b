import type { UsageDialect } from "../openai/usage.ts";

/** OpenAI's counts. The answer names the model behind the deployment. */
export const azureUsage: UsageDialect = {};
