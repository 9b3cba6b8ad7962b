import { formatUsd, type WireUsage } from "@outlay/core";
import { describe, expect, it } from "vitest";
import type { PriceOverride } from "./overrides.ts";
import { openPriceBook } from "./price-book.ts";
import { rulesBeside } from "./provider-rules.ts";

const atMs = Date.UTC(2026, 10, 22);

/** What a call costs where the user has set this price. */
async function cost(
  override: Pick<PriceOverride, "provider" | "model" | "rates" | "adjustments">,
  usage: WireUsage,
  conditions: { serviceTier?: string; geo?: string } = {},
): Promise<string | null> {
  const config = { overrides: [{ ...override, startMs: null, endMs: null }] };
  const book = await openPriceBook({ storage: null, config, now: () => atMs });
  const { provider, model } = override;
  const { costNanoUsd } = book.rate({ provider, model, occurredAtMs: atMs, usage, ...conditions });
  return costNanoUsd === null ? null : formatUsd(costNanoUsd);
}

describe("a price of the user beside the provider's rules", () => {
  const million = { inputTokens: 1_000_000 };
  const searched = { ...million, searches: 2 };
  const flash = { provider: "google", model: "gemini-2.5-flash" };
  const sonnet = { provider: "anthropic", model: "claude-sonnet-4-6" };

  it("keeps what it names and gets the fees that it does not name", async () => {
    expect(await cost({ ...flash, rates: { input: "1", searches: "0" } }, searched)).toBe("1");
    expect(await cost({ ...flash, rates: { input: "1", searches: "5" } }, searched)).toBe("1.01");
    expect(await cost({ ...flash, rates: { input: "1" } }, searched)).toBe("1.07");
  });

  it("is discounted and raised as the provider does", async () => {
    const own = { ...sonnet, rates: { input: "2" } };
    expect(await cost(own, million)).toBe("2");
    expect(await cost(own, million, { serviceTier: "batch" })).toBe("1");
    expect(await cost(own, million, { geo: "us" })).toBe("2.2");
  });

  it("stays as it is in a tier or region for which it has its own change", async () => {
    const batch = { when: { serviceTier: ["batch"] }, rates: { input: "1.5" } };
    const own = { ...sonnet, rates: { input: "2" }, adjustments: [batch] };
    expect(await cost(own, million, { serviceTier: "batch" })).toBe("1.5");
    expect(await cost(own, million, { serviceTier: "batch", geo: "us" })).toBe("1.65");
    const atHome = { ...own, adjustments: [{ when: { geo: ["us"] }, multiply: "1" }] };
    expect(await cost(atHome, million, { geo: "us" })).toBe("2");
  });

  it("leaves the other tiers of the same rule in force", () => {
    const rule = { when: { serviceTier: ["priority", "fast"] }, multiply: "2", rates: { searches: "10", input: "9" } };
    const own = { rates: { input: "2" }, adjustments: [{ when: { serviceTier: ["fast"] }, multiply: "3" }] };
    expect(rulesBeside(own, [rule])).toEqual([
      { when: { serviceTier: ["priority"] }, multiply: "2", rates: { searches: "10" } },
    ]);
    expect(rulesBeside(own, [{ when: {}, rates: { input: "9" } }])).toEqual([]);
  });
});
