import { queryOptions } from "@tanstack/react-query";
import { getJson } from "../../api/client.ts";
import { gatewayQuestion } from "../../api/providers.ts";
import type { GatewayProvider } from "../../api/providers.ts";

/** A provider that the playground can talk to. */
export type ChatProvider = GatewayProvider & { chat: NonNullable<GatewayProvider["chat"]> };

export const providersQuestion = queryOptions({
  ...gatewayQuestion,
  select: ({ providers }: { providers: GatewayProvider[] }) =>
    providers.filter((provider): provider is ChatProvider => provider.chat !== null && provider.hasAddress),
});

/** Names of models with a known price, for the list of suggestions. */
export function modelsQuestion(billedAs: string) {
  return queryOptions({
    queryKey: ["models", billedAs],
    queryFn: async ({ signal }) => {
      const params = new URLSearchParams({ provider: billedAs, limit: "300" });
      const { prices } = await getJson<{ prices: { model: string }[] }>("/api/v1/prices", params, signal);
      return [...new Set(prices.map(({ model }) => model))];
    },
  });
}

/** What to begin with, where people have not chosen a model. */
export function firstModel({ chat, billedAs }: ChatProvider, known: string[]): string {
  const usual = USUAL_MODELS[billedAs] ?? USUAL_MODELS[chat.language] ?? "";
  return known.length === 0 || known.includes(usual) ? usual : (known[0] ?? usual);
}

const USUAL_MODELS: Record<string, string> = {
  openai: "gpt-4.1-mini",
  anthropic: "claude-sonnet-4-5",
  google: "gemini-2.5-flash",
};
