import { describe, expect, it } from "vitest";
import type { PriceVersion } from "@outlay/core";
import { describeAdjustment, describePrice } from "./describe-price.ts";
import { chooseColors } from "./draw/colors.ts";

describe("a price in words", () => {
  it.each([
    ["batch tier: × 0.5", { when: { serviceTier: ["batch"] }, multiply: "0.5" }],
    [
      "priority or fast tier: × 2 for input, output",
      { when: { serviceTier: ["priority", "fast"] }, multiply: "2", meters: ["input" as const, "output" as const] },
    ],
    [
      "prompt above 200,000 tokens: input 6, output 22.5",
      { when: { inputTokensAbove: 200_000 }, rates: { input: "6", output: "22.5" } },
    ],
    [
      "prompt above 1,000 tokens, only for what is above: input 6",
      { when: { inputTokensAbove: 1_000 }, rates: { input: "6" }, applies: "part" as const },
    ],
    ["region a, b, c, d, e, f or 2 others: × 1.1", { when: { geo: [..."abcdefgh"] }, multiply: "1.1" }],
    ["region a, b, c, d, e, f or g: × 1.1", { when: { geo: [..."abcdefg"] }, multiply: "1.1" }],
    [
      "Mon Fri 01:00–04:00 UTC except on 2026-10-01: × 2",
      { when: { window: { days: [1, 5], from: "01:00", to: "04:00", except: ["2026-10-01"] } }, multiply: "2" },
    ],
    ["always: searches 35", { when: {}, rates: { searches: "35" } }],
    [
      "image size 1024x1024, image quality hd: images 0.08",
      { when: { imageSize: ["1024x1024"], imageQuality: ["hd"] }, rates: { images: "0.08" } },
    ],
  ])("%s", (words, adjustment) => expect(describeAdjustment(adjustment)).toBe(words));

  it("says when it counts, what it costs and where that is from", () => {
    const price: PriceVersion = {
      id: "catalogue:p/m@#1",
      layer: "catalogue",
      provider: "p",
      model: "m",
      startMs: Date.UTC(2026, 0, 1),
      endMs: Date.UTC(2026, 7, 17, 1),
      rates: { input: "3", images: "0.04" },
      adjustments: [],
      source: "https://example.com/",
      checkedOn: "2026-11-22",
      note: "Introductory price.",
    };
    expect(describePrice(chooseColors({ env: {}, isTerminal: false, noColorFlag: true }), price)).toEqual([
      "from 2026-01-01 until 2026-08-17 01:00 UTC  [catalogue]",
      "  Input tokens                   3 USD for 1,000,000 tokens",
      "  Images                         0.04 USD for one image",
      "  Introductory price.",
      "  https://example.com/, checked on 2026-11-22",
    ]);
  });
});
