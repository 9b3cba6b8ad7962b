import { z } from "zod";
import { tool, type Tool } from "./tool.ts";
import { table, usd } from "./words.ts";

interface MatchAnswer {
  found: boolean;
  version?: {
    provider: string;
    model: string;
    layer: string;
    rates: Record<string, string>;
    source?: string;
    note?: string;
  };
  how?: string;
  reason?: string;
}

interface RateAnswer {
  results: {
    costUsd?: string | null;
    basis?: string;
    lines?: { meter: string; quantity: number; rateUsd: string; per: number; costUsd: string }[];
    price?: { provider: string; model: string; layer: string } | null;
    code?: string;
    reason?: string;
  }[];
}

const provider = z.string().describe("anthropic, openai, google, …");
const model = z.string().describe("As the provider names it");

/** What a model costs, and what a call would. */
export const PRICE_TOOLS: Tool[] = [
  tool({
    name: "prices",
    title: "Price of a model",
    description:
      "Which price a model of a provider gets, in US dollars for a million tokens, and where the price is from.",
    input: {
      provider,
      model,
      at: z.string().optional().describe("An ISO instant or date; default now: prices have dates"),
    },
    writes: false,
    async run(ask, input) {
      const answer = await ask.get<MatchAnswer>("/api/v1/prices/match", input);
      const { version } = answer;
      const text =
        version === undefined
          ? `No price is known for ${input.provider}/${input.model} (${answer.reason ?? "not found"}): its calls are unpriced, not free.`
          : [
              `${version.provider}/${version.model} (${version.layer}, found: ${answer.how})`,
              table(["meter", "dollars for a million tokens (or each)"], Object.entries(version.rates)),
              ...(version.note === undefined ? [] : [version.note]),
              ...(version.source === undefined ? [] : [`Source: ${version.source}`]),
            ].join("\n\n");
      return { text, structured: { ...answer } };
    },
  }),
  tool({
    name: "estimate_call",
    title: "Cost of a call",
    description: "What a call with these tokens would cost. Nothing is recorded.",
    input: {
      provider,
      model,
      operation: z.string().optional().describe("chat, embedding, image, …; default chat"),
      inputTokens: z.number().int().min(0).describe("All of the prompt, with what a cache gives or takes"),
      outputTokens: z.number().int().min(0).optional().describe("With thinking"),
      cacheReadTokens: z.number().int().min(0).optional().describe("Of the input"),
      cacheWriteTokens: z.number().int().min(0).optional().describe("Of the input"),
      calls: z.number().int().min(1).optional().describe("How many such calls; default 1"),
    },
    writes: false,
    async run(ask, { provider: of, model: named, operation, calls = 1, ...usage }) {
      const answer = await ask.send<RateAnswer>("POST", "/api/v1/rate", {
        provider: of,
        model: named,
        operation,
        usage,
      });
      const result = answer.results[0];
      if (result?.costUsd === undefined || result.costUsd === null) {
        const why = result?.reason ?? "no price is known for it";
        return { text: `${of}/${named} cannot be priced: ${why}.`, structured: { ...answer, calls, totalUsd: null } };
      }
      const totalUsd = Number((Number(result.costUsd) * calls).toFixed(9));
      const rows = (result.lines ?? []).map((line) => [
        line.meter,
        line.quantity,
        `${line.rateUsd} for ${line.per}`,
        line.costUsd,
      ]);
      const text = [
        `One call: $${result.costUsd}${calls === 1 ? "" : `; ${calls} calls: ${usd(totalUsd)}`} (${result.basis})`,
        table(["meter", "quantity", "dollars", "cost"], rows),
      ].join("\n\n");
      return { text, structured: { ...answer, calls, totalUsd } };
    },
  }),
];
