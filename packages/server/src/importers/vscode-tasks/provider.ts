import { providerOfCall } from "../provider-of-model.ts";

interface Billing {
  provider: string;
  isCoveredByPlan: boolean;
  /** Nobody said it: the maker of the model. */
  isFromModel: boolean;
}

/** What the extensions call providers, where prices call them otherwise. */
const NAMES: Record<string, string> = {
  "openai-native": "openai",
  "openai-codex": "openai",
  "claude-code": "anthropic",
  "gemini-cli": "google",
  "qwen-code": "alibaba",
  "vscode-lm": "github-copilot",
  sapaicore: "sap-ai-core",
};

/** Signed in with a plan of somebody else's tool. */
const PLANS = new Set(["claude-code", "openai-codex", "gemini-cli", "qwen-code", "vscode-lm"]);

export function billingOf(named: string | null, model: string): Billing {
  if (named === null) return { provider: providerOfCall(null, model), isCoveredByPlan: false, isFromModel: true };
  const provider = providerOfCall(NAMES[named] ?? named, model);
  return { provider, isCoveredByPlan: PLANS.has(named), isFromModel: false };
}
