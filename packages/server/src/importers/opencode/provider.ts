import { providerOfCall } from "../provider-of-model.ts";

/** Who bills, and whether a flat fee pays. */
export interface Billing {
  provider: string;
  isCoveredByPlan: boolean;
  /** What the tool reckons is what is charged: it is the provider's own. */
  isCostReported: boolean;
}

/** Providers of OpenCode that stand for a plan, and who is behind them. Source: models.dev. */
const PLANS: Record<string, string> = {
  "opencode-go": "opencode-go",
  "github-copilot": "github-copilot",
  "github-copilot-enterprise": "github-copilot",
  "zai-coding-plan": "zai",
  "zhipuai-coding-plan": "zhipuai",
  "kimi-for-coding": "moonshotai",
  "minimax-coding-plan": "minimax",
  "minimax-cn-coding-plan": "minimax",
  "alibaba-coding-plan": "alibaba",
  "alibaba-coding-plan-cn": "alibaba",
};

/** Every model of theirs has a price in OpenCode: a cost of 0 means that somebody signed in with a plan. */
const PRICED = new Set(["anthropic", "openai"]);

/** OpenCode's own services: Zen is paid as it is used, Go by a fee. */
const OWN = new Set(["opencode", "opencode-go"]);

export function billingOf(providerId: string | null, model: string, toolCostUsd: number | null): Billing {
  const plan = providerId === null ? undefined : PLANS[providerId];
  const provider = plan ?? providerOfCall(providerId, model);
  return {
    provider,
    isCoveredByPlan: plan !== undefined || (PRICED.has(provider) && toolCostUsd === 0),
    isCostReported: OWN.has(provider) && toolCostUsd !== null && toolCostUsd > 0,
  };
}
