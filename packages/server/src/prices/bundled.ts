import type { Adjustment, Meter, Rates } from "@outlay/core";
import type { MatchLogic, ModelInfo, ModelPrice, Provider } from "@pydantic/genai-prices";
import type { ModelPrices, PriceFacts } from "./price-layer.ts";

/** Names of genai-prices' units that are meters of ours. The others (video, file search, citations) are not billed by any. */
const METERS_OF_KEYS: Record<string, Meter> = {
  input_mtok: "input",
  cache_read_mtok: "cacheRead",
  cache_write_mtok: "cacheWrite",
  cache_write_1h_mtok: "cacheWrite1h",
  output_mtok: "output",
  output_reasoning_mtok: "reasoning",
  input_audio_mtok: "inputAudio",
  cache_audio_read_mtok: "cacheReadAudio",
  output_audio_mtok: "outputAudio",
  input_image_mtok: "inputImage",
  output_image_mtok: "outputImage",
  input_audio_hours: "audioSeconds",
  audio_hours: "audioSeconds",
  input_document_kpages: "pages",
  web_searches_kcount: "searches",
  requests_kcount: "requests",
};

const SOURCE = "https://github.com/pydantic/genai-prices";

/**
 * The public price list of genai-prices in our form. Its own calculation is not used; its traps are minded:
 *
 * - A price that starts on a date and one that holds at certain hours cannot be combined there. Windows that
 *   are listed after a start date hold from that date on (DeepSeek's hours of 2026-08-17 do not reach back).
 * - `starts_with`, `contains` and `regex` are no proof that a price belongs to an id. Only spelt-out ids count.
 * - A model without any known rate is left out: nothing is not free.
 */
export function convertProviders(providers: Provider[], layer: "bundled" | "refreshed" = "bundled"): ModelPrices[] {
  return providers.flatMap((provider) =>
    provider.models.flatMap((model) => {
      const versions = convertPrices(model);
      if (versions.length === 0) return [];
      const aliases = spelledOut(model.match).map((id) => ({ id, startMs: null, endMs: null }));
      return [{ layer, provider: provider.id, model: model.id, aliases, resembles: looseMatch(model.match), versions }];
    }),
  );
}

/** Whose prices a provider charges for models that it only hosts: Azure those of OpenAI. */
export function fallbackProviders(providers: Provider[]): Map<string, string[]> {
  const told = providers.map((provider): [string, string[]] => [provider.id, provider.fallback_model_providers ?? []]);
  return new Map([...told, ...OWN_FALLBACKS]);
}

/** Without prices or makers in the public list. Copilot's credits, since June 2026, are counted at the list prices of the models' makers. */
const OWN_FALLBACKS: [provider: string, makers: string[]][] = [
  ["github-copilot", ["anthropic", "openai", "google", "x-ai"]],
];

function convertPrices(model: ModelInfo): PriceFacts[] {
  const list = Array.isArray(model.prices) ? model.prices : [{ prices: model.prices }];
  const versions: PriceFacts[] = [];
  for (const { constraint, prices } of list) {
    const { rates, adjustments } = convertRates(prices);
    if (constraint?.type === "time_of_date") {
      const when = { window: { from: constraint.start_time.slice(0, 5), to: constraint.end_time.slice(0, 5) } };
      versions.at(-1)?.adjustments.push({ when, rates }, ...within(when, adjustments));
      continue;
    }
    if (Object.keys(rates).length === 0) continue;
    const startMs = constraint === undefined ? null : Date.parse(`${constraint.start_date}T00:00:00Z`);
    const note = model.price_comments;
    versions.push({
      startMs,
      endMs: null,
      rates,
      adjustments,
      source: SOURCE,
      ...(note === undefined ? {} : { note }),
    });
  }
  return versions.toSorted((a, b) => (a.startMs ?? -Infinity) - (b.startMs ?? -Infinity));
}

function within(when: Adjustment["when"], adjustments: Adjustment[]): Adjustment[] {
  return adjustments.map((it) => ({ ...it, when: { ...when, ...it.when } }));
}

/** Tiers there hold for `input_tokens > start` and move the whole request, each meter for itself. */
function convertRates(prices: ModelPrice): { rates: Rates; adjustments: Adjustment[] } {
  const rates: Rates = {};
  const steps = new Map<number, Rates>();
  for (const [key, price] of Object.entries(prices)) {
    const meter = METERS_OF_KEYS[key];
    if (meter === undefined || price === undefined) continue;
    rates[meter] = decimal(typeof price === "number" ? price : price.base);
    for (const tier of typeof price === "number" ? [] : price.tiers) {
      steps.set(tier.start, { ...steps.get(tier.start), [meter]: decimal(tier.price) });
    }
  }
  const adjustments = [...steps]
    .toSorted(([a], [b]) => a - b)
    .map(([start, stepRates]) => ({ when: { inputTokensAbove: start }, rates: stepRates }));
  return { rates, adjustments };
}

/** JSON numbers count as the decimal that they print as; none of the list is so small that it prints with an exponent. */
function decimal(price: number): string {
  const text = String(price);
  return text.includes("e") ? price.toFixed(20).replace(/\.?0+$/, "") : text;
}

function spelledOut(logic: MatchLogic): string[] {
  if ("or" in logic) return logic.or.flatMap(spelledOut);
  if ("equals" in logic) return [logic.equals];
  // The pattern itself, as an id: `claude-haiku-4.5` for what starts with it.
  if ("starts_with" in logic) return [logic.starts_with];
  return "contains" in logic ? [logic.contains] : [];
}

/** Made here, because a function keeps alive all that is known where it is made: there, the whole list. */
function looseMatch(logic: MatchLogic): (id: string) => boolean {
  return (id) => matches(logic, id);
}

function matches(logic: MatchLogic, id: string): boolean {
  if ("or" in logic) return logic.or.some((it) => matches(it, id));
  if ("and" in logic) return logic.and.every((it) => matches(it, id));
  if ("equals" in logic) return id === logic.equals.toLowerCase();
  if ("starts_with" in logic) return id.startsWith(logic.starts_with.toLowerCase());
  if ("ends_with" in logic) return id.endsWith(logic.ends_with.toLowerCase());
  if ("contains" in logic) return id.includes(logic.contains.toLowerCase());
  return new RegExp(logic.regex).test(id);
}
