import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { METERS, METER_NAMES, TOKEN_METERS, type Meter } from "./meters.ts";
import { addFractions, formatUsd, parseFraction, roundToNanoUsd } from "./money.ts";
import type { Adjustment, PriceVersion } from "./price.ts";
import { compilePrice, explainCall, rateCall, type CallToRate, type CostLine } from "./rating.ts";

const atMs = Date.UTC(2026, 5, 1);

function version(rates: PriceVersion["rates"], more: Partial<PriceVersion> = {}): PriceVersion {
  return {
    id: "catalogue:p/m@#1",
    layer: "catalogue",
    provider: "p",
    model: "m",
    startMs: null,
    endMs: null,
    rates,
    adjustments: [],
    ...more,
  };
}

function known(rates: PriceVersion["rates"], adjustments: Adjustment[] = [], more: Partial<PriceVersion> = {}) {
  return { price: compilePrice(version(rates, { adjustments, ...more })), approximate: false };
}

/** The cost in dollars, having checked that rating and explaining agree and that the lines add up. */
function cost(price: ReturnType<typeof known>, call: Partial<CallToRate>): string | null {
  const whole = { occurredAtMs: atMs, usage: {}, ...call };
  const rating = rateCall(price, whole);
  const explained = explainCall(price, whole);
  expect(explained.rating).toEqual(rating);
  if (rating.costNanoUsd === null) return null;
  expect(sumOfLines(explained.lines)).toBe(BigInt(rating.costNanoUsd));
  return formatUsd(rating.costNanoUsd);
}

function sumOfLines(lines: CostLine[]): bigint {
  const zero = { numerator: 0n, denominator: 1n };
  return roundToNanoUsd(lines.reduce((sum, line) => addFractions(sum, parseFraction(line.costUsd)), zero));
}

const chat = known({ input: "3", cacheRead: "0.3", cacheWrite: "3.75", cacheWrite1h: "6", output: "15" });

describe("rating", () => {
  it("prices each class of tokens at its own rate, cached ones once", () => {
    expect(cost(chat, { usage: { inputTokens: 12_307, cacheWriteTokens: 12_304, outputTokens: 550 } })).toBe(
      "0.054399",
    );
  });

  it("lists lines with exact decimals", () => {
    const { lines } = explainCall(chat, {
      occurredAtMs: atMs,
      usage: { inputTokens: 1_000, cacheReadTokens: 400, outputTokens: 500, reasoningTokens: 320 },
    });
    expect(lines).toEqual([
      { meter: "input", quantity: 600, rateUsd: "3", per: 1_000_000, costUsd: "0.0018" },
      { meter: "cacheRead", quantity: 400, rateUsd: "0.3", per: 1_000_000, costUsd: "0.00012" },
      { meter: "output", quantity: 500, rateUsd: "15", per: 1_000_000, costUsd: "0.0075" },
    ]);
  });

  it("rounds half-even once, not each line", () => {
    const tiny = known({ input: "0.0005", output: "0.0005" });
    expect(cost(tiny, { usage: { inputTokens: 1 } })).toBe("0");
    expect(cost(tiny, { usage: { inputTokens: 1, outputTokens: 1 } })).toBe("0.000000001");
    expect(cost(tiny, { usage: { inputTokens: 3 } })).toBe("0.000000002");
    expect(cost(tiny, { usage: { inputTokens: 5 } })).toBe("0.000000002");
  });

  it("is exact where plain numbers are not", () => {
    expect(cost(known({ audioSeconds: "0.111" }), { usage: { audioSeconds: 10 } })).toBe("0.000308333");
    expect(cost(known({ audioSeconds: "0.36" }), { usage: { audioSeconds: 12.34 } })).toBe("0.001234");
    expect(cost(known({ input: "0.0000001" }), { usage: { inputTokens: 1_000_000 } })).toBe("0.0000001");
    expect(cost(known({ input: "15" }), { usage: { inputTokens: 60_000_000_001 } })).toBe("900000.000015");
  });

  it("refuses a cost that no call has", () => {
    const call = { occurredAtMs: atMs, usage: { inputTokens: 1_000_000_000_000 } };
    expect(() => rateCall(known({ input: "15" }), call)).toThrow(/15000000 USD.*at most 1000000/);
  });

  it("keeps a free price apart from an unknown one", () => {
    expect(cost(known({ input: "0", output: "0" }), { usage: { inputTokens: 5, outputTokens: 5 } })).toBe("0");
    const rating = rateCall(
      { price: null, reason: "No price for x" },
      { occurredAtMs: atMs, usage: { inputTokens: 5 } },
    );
    expect(rating).toMatchObject({ basis: "unpriced", costNanoUsd: null, priceId: null, note: "No price for x" });
  });

  it("does not charge a call that used nothing", () => {
    expect(cost(chat, { usage: {} })).toBe("0");
    expect(cost(known({ requests: "5", input: "1" }), { usage: {} })).toBe("0.005");
    expect(cost(known({ requests: "5", input: "1" }), { usage: { requests: 0, inputTokens: 1 } })).toBe("0.000001");
  });
});

describe("fallbacks", () => {
  const plain = known({ input: "2", output: "8" });

  it.each<[CallToRate["usage"], string]>([
    [{ inputTokens: 100, cacheReadTokens: 100 }, "0.0002"],
    [{ inputTokens: 100, cacheWriteTokens: 100, cacheWrite1hTokens: 50 }, "0.0002"],
    [{ inputTokens: 100, inputImageTokens: 100 }, "0.0002"],
    [{ outputTokens: 100, reasoningTokens: 100 }, "0.0008"],
    [{ outputTokens: 100, outputImageTokens: 100 }, "0.0008"],
  ])("prices %j as what contains it, which is no guess", (usage, usd) => {
    expect(cost(plain, { usage })).toBe(usd);
    expect(rateCall(plain, { occurredAtMs: atMs, usage }).approximate).toBe(false);
  });

  it("prices hour-long writes as writes", () => {
    const price = known({ input: "2", cacheWrite: "2.5" });
    expect(cost(price, { usage: { inputTokens: 100, cacheWrite1hTokens: 100 } })).toBe("0.00025");
  });

  it("says when audio is priced as text", () => {
    const usage = {
      inputTokens: 100,
      inputAudioTokens: 100,
      cacheReadTokens: 60,
      outputTokens: 10,
      outputAudioTokens: 10,
    };
    expect(cost(plain, { usage })).toBe("0.00028");
    const rating = rateCall(plain, { occurredAtMs: atMs, usage });
    expect(rating.approximate).toBe(true);
    expect(rating.note).toMatch(/audio/);
  });

  it("says which meter has no price, and prices the rest", () => {
    const usage = { inputTokens: 100, searches: 2, pages: 1 };
    expect(cost(plain, { usage })).toBe("0.0002");
    expect(rateCall(plain, { occurredAtMs: atMs, usage })).toMatchObject({
      approximate: true,
      note: "The price has no rate for pages, searches; the rest is priced",
    });
  });

  it("is unpriced when nothing of the call has a rate", () => {
    expect(cost(plain, { usage: { images: 1 } })).toBeNull();
    expect(rateCall(plain, { occurredAtMs: atMs, usage: { images: 1 } })).toMatchObject({
      basis: "unpriced",
      costNanoUsd: null,
      computedNanoUsd: null,
      priceId: null,
    });
  });

  it("needs no rate for images and speech that are billed by their tokens", () => {
    const image = { operation: "image", usage: { images: 1, outputTokens: 100 } };
    expect(rateCall(plain, { occurredAtMs: atMs, ...image }).approximate).toBe(false);
    const drawn = { operation: "chat", usage: { images: 1, outputTokens: 100 } };
    expect(rateCall(plain, { occurredAtMs: atMs, ...drawn }).approximate).toBe(true);
  });
});

describe("conditions", () => {
  it("moves the whole request above a threshold, output too, and not at it", () => {
    const price = known({ input: "1.25", output: "10" }, [
      { when: { inputTokensAbove: 200_000 }, rates: { input: "2.5", output: "15" } },
    ]);
    expect(cost(price, { usage: { inputTokens: 200_000, outputTokens: 1_000 } })).toBe("0.26");
    expect(cost(price, { usage: { inputTokens: 200_001, outputTokens: 1_000 } })).toBe("0.5150025");
  });

  it("counts cached and written tokens to the threshold", () => {
    const price = known({ input: "3", cacheRead: "0.3" }, [
      { when: { inputTokensAbove: 200_000 }, rates: { input: "6", cacheRead: "0.6" } },
    ]);
    expect(cost(price, { usage: { inputTokens: 200_001, cacheReadTokens: 200_000 } })).toBe("0.120006");
  });

  it("knows thresholds that start at their number", () => {
    const price = known({ input: "1" }, [{ when: { inputTokensFrom: 200_000 }, rates: { input: "2" } }]);
    expect(cost(price, { usage: { inputTokens: 199_999 } })).toBe("0.199999");
    expect(cost(price, { usage: { inputTokens: 200_000 } })).toBe("0.4");
  });

  it("knows several steps", () => {
    const price = known({ input: "1.2" }, [
      { when: { inputTokensAbove: 32_000 }, rates: { input: "2.4" } },
      { when: { inputTokensAbove: 128_000 }, rates: { input: "3" } },
    ]);
    expect(cost(price, { usage: { inputTokens: 32_000 } })).toBe("0.0384");
    expect(cost(price, { usage: { inputTokens: 32_001 } })).toBe("0.0768024");
    expect(cost(price, { usage: { inputTokens: 128_001 } })).toBe("0.384003");
  });

  it("moves only the part above where the price says so", () => {
    const price = known({ input: "3", cacheRead: "0.3", output: "15" }, [
      { when: { inputTokensAbove: 200_000 }, rates: { input: "6" }, applies: "part" },
      { when: { serviceTier: ["batch"] }, multiply: "0.5" },
    ]);
    expect(cost(price, { usage: { inputTokens: 300_000, outputTokens: 1_000 } })).toBe("1.215");
    expect(cost(price, { serviceTier: "batch", usage: { inputTokens: 300_000, outputTokens: 1_000 } })).toBe("0.6075");
    expect(cost(price, { usage: { inputTokens: 300_000, cacheReadTokens: 250_000 } })).toBe("0.375");
    expect(cost(price, { usage: { inputTokens: 200_000 } })).toBe("0.6");
  });

  const tiers = known({ input: "10", cacheRead: "1", output: "50", searches: "10" }, [
    { when: { inputTokensAbove: 272_000 }, multiply: "2", meters: ["input", "cacheRead"] },
    { when: { serviceTier: ["batch", "flex"] }, multiply: "0.5" },
    { when: { serviceTier: ["priority"] }, rates: { input: "20", cacheRead: "2", output: "100" } },
    { when: { geo: ["us", "eu"] }, multiply: "11/10" },
  ]);

  it("stacks tiers on thresholds and regions, and leaves fees alone", () => {
    const usage = { inputTokens: 300_000, outputTokens: 1_000, searches: 1 };
    expect(cost(tiers, { usage })).toBe("6.06");
    expect(cost(tiers, { usage, serviceTier: "batch" })).toBe("3.035");
    expect(cost(tiers, { usage, serviceTier: "Flex", geo: "EU" })).toBe("3.3375");
    expect(cost(tiers, { usage, serviceTier: "priority" })).toBe("6.11");
  });

  it.each(["standard", "default", "auto", "on_demand", "", "STANDARD"])("takes %j for no tier", (serviceTier) => {
    const rating = rateCall(tiers, { occurredAtMs: atMs, serviceTier, usage: { inputTokens: 100 } });
    expect(rating).toMatchObject({ costNanoUsd: 1_000_000, approximate: false });
  });

  it("says when a tier has no known price", () => {
    const rating = rateCall(tiers, { occurredAtMs: atMs, serviceTier: "warp", usage: { inputTokens: 100 } });
    expect(rating).toMatchObject({ costNanoUsd: 1_000_000, approximate: true, basis: "rated" });
    expect(rating.note).toContain('"warp"');
  });

  it("applies rules after the version's own adjustments", () => {
    const price = {
      price: compilePrice(
        version({ input: "10" }, { adjustments: [{ when: { inputTokensAbove: 10 }, rates: { input: "20" } }] }),
        [{ when: { serviceTier: ["batch"] }, multiply: "0.5" }],
      ),
      approximate: false,
    };
    expect(cost(price, { usage: { inputTokens: 100 }, serviceTier: "batch" })).toBe("0.001");
  });

  const peak = known({ input: "1" }, [
    { when: { window: { days: [1, 2, 3, 4, 5], from: "01:00", to: "04:00", except: ["2026-10-01"] } }, multiply: "2" },
    { when: { window: { from: "23:00", to: "00:30" } }, rates: { input: "7" } },
  ]);

  it.each([
    ["2026-09-01T00:59:59.999Z", "0.000001"],
    ["2026-09-01T01:00:00.000Z", "0.000002"],
    ["2026-09-01T03:59:59.999Z", "0.000002"],
    ["2026-09-01T04:00:00.000Z", "0.000001"],
    ["2026-09-05T02:00:00.000Z", "0.000001"],
    ["2026-09-06T02:00:00.000Z", "0.000001"],
    ["2026-09-07T02:00:00.000Z", "0.000002"],
    ["2026-10-01T02:00:00.000Z", "0.000001"],
    ["2026-09-01T23:00:00.000Z", "0.000007"],
    ["2026-09-02T00:29:00.000Z", "0.000007"],
    ["2026-09-02T00:30:00.000Z", "0.000001"],
  ])("prices by the hour and the weekday at %s", (at, usd) => {
    expect(cost(peak, { occurredAtMs: Date.parse(at), usage: { inputTokens: 1 } })).toBe(usd);
  });

  describe("where a price has a rate for the piece and one for its tokens", () => {
    const medium = { when: { imageQuality: ["medium"] }, rates: { images: "0.042" } };
    const draws = known({ input: "5", output: "40", outputImage: "40" }, [medium]);
    const writesAndDraws = known({ input: "5", output: "10", outputImage: "32" }, [medium]);
    const hears = known({ input: "2.5", output: "10", inputAudio: "6", audioSeconds: "0.36" });

    it("charges image tokens and not the image", () => {
      const tokens = { inputTokens: 50, outputTokens: 1_056, outputImageTokens: 1_056 };
      expect(cost(draws, { usage: { ...tokens, images: 1, imageQuality: "medium" } })).toBe("0.04249");
      expect(cost(draws, { usage: { images: 1, imageQuality: "medium" } })).toBe("0.042");
      const byThePiece = known({ input: "5", output: "40", images: "0.042" });
      expect(cost(byThePiece, { usage: { ...tokens, images: 1 } })).toBe("0.04249");
    });

    it("takes output tokens that are not split for those of the image", () => {
      const usage = { inputTokens: 50, outputTokens: 1_056, images: 1, imageQuality: "medium" };
      expect(cost(draws, { usage })).toBe("0.04249");
      expect(rateCall(draws, { occurredAtMs: atMs, usage }).approximate).toBe(false);
      expect(cost(writesAndDraws, { usage })).toBe("0.034042");
      expect(rateCall(writesAndDraws, { occurredAtMs: atMs, usage })).toMatchObject({
        approximate: true,
        note: expect.stringContaining("which output tokens are images"),
      });
      expect(cost(writesAndDraws, { usage: { ...usage, outputImageTokens: 0 } })).toBe("0.01081");
      expect(cost(writesAndDraws, { usage: { outputTokens: 1_056 } })).toBe("0.01056");
    });

    it("charges the image beside text that has a price of its own", () => {
      const price = known({ input: "5", output: "10", images: "0.04" });
      expect(cost(price, { usage: { outputTokens: 1_000, images: 1 } })).toBe("0.05");
    });

    it("charges audio tokens and not the minutes", () => {
      const usage = { inputTokens: 600, inputAudioTokens: 580, outputTokens: 150, audioSeconds: 60 };
      expect(cost(hears, { usage })).toBe("0.00503");
      expect(cost(hears, { usage: { inputTokens: 600, outputTokens: 150, audioSeconds: 60 } })).toBe("0.003");
      expect(cost(hears, { usage: { audioSeconds: 60 } })).toBe("0.006");
      expect(cost(hears, { usage: { outputTokens: 150, audioSeconds: 60 } })).toBe("0.0075");
    });
  });

  it("prices images by size and quality", () => {
    const price = known({ images: "0.04" }, [
      { when: { imageSize: ["1024x1792", "1792x1024"] }, rates: { images: "0.08" } },
      { when: { imageQuality: ["hd"] }, rates: { images: "0.08" } },
      { when: { imageSize: ["1024x1792", "1792x1024"], imageQuality: ["hd"] }, rates: { images: "0.12" } },
    ]);
    expect(cost(price, { usage: { images: 1 } })).toBe("0.04");
    expect(cost(price, { usage: { images: 1, imageQuality: "HD", imageSize: "1024x1024" } })).toBe("0.08");
    expect(cost(price, { usage: { images: 3, imageQuality: "hd", imageSize: "1024x1792" } })).toBe("0.36");
  });

  it("prices searches by their context", () => {
    const price = known({ requests: "6" }, [{ when: { searchContext: ["high"] }, rates: { requests: "14" } }]);
    expect(cost(price, { usage: { requests: 1, searchContext: "low" } })).toBe("0.006");
    expect(cost(price, { usage: { searchContext: "high" } })).toBe("0.014");
  });

  it("bills the smallest quantity, but not for nothing", () => {
    const price = known({ audioSeconds: "0.36" }, [], { minimums: { audioSeconds: 10 } });
    expect(cost(price, { usage: { audioSeconds: 3 } })).toBe("0.001");
    expect(cost(price, { usage: { audioSeconds: 20 } })).toBe("0.002");
    expect(cost(price, { usage: { audioSeconds: 0 } })).toBe("0");
  });
});

describe("what counts", () => {
  it("lets the reported cost win and keeps the computed one", () => {
    const rating = rateCall(chat, { occurredAtMs: atMs, usage: { inputTokens: 350 }, reportedCostUsd: 0.00095 });
    expect(rating).toMatchObject({
      basis: "reported",
      costNanoUsd: 950_000,
      computedNanoUsd: 1_050_000,
      reportedNanoUsd: 950_000,
    });
    expect(
      rateCall({ price: null, reason: "none" }, { occurredAtMs: atMs, usage: {}, reportedCostUsd: 0 }),
    ).toMatchObject({ basis: "reported", costNanoUsd: 0, computedNanoUsd: null });
  });

  it("says in money what the cache saved, audio too", () => {
    const price = known({ input: "4", cacheRead: "0.4", inputAudio: "32", cacheReadAudio: "0.4" });
    const usage = { inputTokens: 200, cacheReadTokens: 100, inputAudioTokens: 100, cacheReadAudioTokens: 40 };
    expect(rateCall(price, { occurredAtMs: atMs, usage }).cacheSavingsNanoUsd).toBe(60 * 3_600 + 40 * 31_600);
    expect(rateCall(chat, { occurredAtMs: atMs, usage: { inputTokens: 10 } }).cacheSavingsNanoUsd).toBe(0);
  });

  it("costs nothing when answered from the own cache, and says what it would have cost", () => {
    const call = { occurredAtMs: atMs, usage: { inputTokens: 1_000, cacheReadTokens: 500 }, cacheHit: true };
    expect(rateCall(chat, call)).toMatchObject({
      basis: "rated",
      costNanoUsd: 0,
      avoidedNanoUsd: 1_650_000,
      cacheSavingsNanoUsd: 0,
    });
    expect(rateCall({ price: null, reason: "none" }, call)).toMatchObject({ costNanoUsd: 0, avoidedNanoUsd: 0 });
  });

  it("marks counted tokens and approximate prices", () => {
    expect(rateCall(chat, { occurredAtMs: atMs, usage: {}, estimated: true }).basis).toBe("estimated");
    const rating = rateCall({ ...chat, approximate: true, note: "looks like m" }, { occurredAtMs: atMs, usage: {} });
    expect(rating).toMatchObject({ approximate: true, note: "looks like m" });
  });
});

describe("properties", () => {
  const rate = fc.integer({ min: 0, max: 10_000_000 }).map((micro) => formatUsd(BigInt(micro) * 1_000n));
  const rates = fc.dictionary(fc.constantFrom(...METER_NAMES), rate) as fc.Arbitrary<Partial<Record<Meter, string>>>;
  const adjustments = fc.array(
    fc.record({
      when: fc.oneof(
        fc.record({ inputTokensAbove: fc.nat(5_000) }),
        fc.record({ serviceTier: fc.constant(["batch"]) }),
        fc.record({ geo: fc.constant(["eu"]) }),
      ),
      rates,
      multiply: fc.constantFrom("0.5", "11/10", "2", "1.8", "1/3"),
    }),
    { maxLength: 5 },
  ) as fc.Arbitrary<Adjustment[]>;
  const usage = fc.record({
    inputTokens: fc.nat(10_000),
    cacheReadTokens: fc.nat(3_000),
    cacheWriteTokens: fc.nat(3_000),
    inputAudioTokens: fc.nat(2_000),
    outputTokens: fc.nat(10_000),
    reasoningTokens: fc.nat(10_000),
    images: fc.nat(4),
    audioSeconds: fc.nat(4),
    searches: fc.nat(4),
  });
  const conditions = fc.record({
    serviceTier: fc.constantFrom("batch", "standard", "warp", undefined),
    geo: fc.constantFrom("eu", undefined),
  });

  it("rates as it explains, and the lines add up", () => {
    fc.assert(
      fc.property(rates, adjustments, usage, conditions, (base, list, used, when) => {
        cost(known({ input: "1", ...base }, list), { usage: used, ...when });
      }),
      { numRuns: 500 },
    );
  });

  it("adds up to the same however calls are ordered or split", () => {
    fc.assert(
      fc.property(fc.array(usage, { maxLength: 20 }), (calls) => {
        const nano = calls.map((used) => rateCall(chat, { occurredAtMs: atMs, usage: used }).costNanoUsd!);
        const forward = nano.reduce((sum, one) => sum + one, 0);
        const half = Math.floor(nano.length / 2);
        const parts = [nano.slice(half), nano.slice(0, half)].map((part) => part.reduce((sum, one) => sum + one, 0));
        expect(parts[0]! + parts[1]!).toBe(forward);
        expect(nano.toReversed().reduce((sum, one) => sum + one, 0)).toBe(forward);
      }),
    );
  });

  it("gives a million calls of 0.000135 as exactly 135", () => {
    const mini = known({ input: "0.15", cacheRead: "0.075", output: "0.6" });
    const call = { occurredAtMs: atMs, usage: { inputTokens: 500, outputTokens: 100 } };
    let sum = 0;
    for (let i = 0; i < 1_000_000; i++) sum += rateCall(mini, call).costNanoUsd!;
    expect(formatUsd(sum)).toBe("135");
  });

  it("multiplies token meters only", () => {
    const all = Object.fromEntries(METER_NAMES.map((meter) => [meter, "8"]));
    const table = compilePrice(version(all), [{ when: {}, multiply: "0.5" }]).plainTable({
      occurredAtMs: atMs,
      usage: {},
    })!;
    for (const meter of METER_NAMES) {
      const halved = TOKEN_METERS.includes(meter);
      expect(table.rate(meter), METERS[meter].label).toEqual(
        halved ? { numerator: 40n, denominator: 10n } : { numerator: 8n, denominator: 1n },
      );
    }
  });
});

describe("a price with more conditions than fit a mask", () => {
  const many = Array.from({ length: 40 }, (_, i) => ({
    when: { imageSize: [`${i}x${i}`] },
    rates: { images: String(i) },
  }));

  it("is rated the same way", () => {
    const price = known({ images: "100" }, many);
    for (const i of [0, 29, 30, 31, 39]) {
      expect(cost(price, { usage: { images: 1, imageSize: `${i}x${i}` } })).toBe(String(i));
    }
    expect(cost(price, { usage: { images: 1 } })).toBe("100");
  });
});
