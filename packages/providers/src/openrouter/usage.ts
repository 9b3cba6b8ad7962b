import type { UsageDialect } from "../openai/usage.ts";

/**
 * OpenAI's counts, for every model, and the charge in dollars. What the model's own provider takes is inside it, except
 * when the caller's own key was used: then `cost` is OpenRouter's fee alone.
 */
export const openrouterUsage: UsageDialect = {
  reportedCost: { path: ["cost"], unitsPerUsd: 1 },
  ownKeyCost: { path: ["cost_details", "upstream_inference_cost"], flag: "is_byok" },
};
