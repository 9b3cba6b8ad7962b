import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InvalidInput } from "./errors.ts";
import type { WireUsage } from "./event.ts";
import { checkUsage, quantities } from "./usage.ts";

describe("checkUsage", () => {
  it("names the part, the whole and both numbers", () => {
    const wrong = { inputTokens: 10, cacheReadTokens: 12 };
    expect(() => checkUsage(wrong)).toThrow("cacheReadTokens (12) cannot exceed inputTokens (10)");
    try {
      checkUsage(wrong, "events[3].usage");
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(InvalidInput);
      expect(error).toMatchObject({
        code: "usage_part_exceeds_whole",
        field: "events[3].usage.cacheReadTokens",
        status: 400,
      });
    }
  });

  it.each<[WireUsage, string, string]>([
    [{ cacheReadTokens: 1 }, "cacheReadTokens (1) cannot exceed inputTokens (0)", "usage.cacheReadTokens"],
    [
      { inputTokens: 10, cacheWriteTokens: 11 },
      "cacheWriteTokens (11) cannot exceed inputTokens (10)",
      "usage.cacheWriteTokens",
    ],
    [
      { inputTokens: 10, cacheWriteTokens: 5, cacheWrite1hTokens: 6 },
      "cacheWrite1hTokens (6) cannot exceed cacheWriteTokens (5)",
      "usage.cacheWrite1hTokens",
    ],
    [
      { inputTokens: 10, cacheWriteTokens: 0, cacheWrite1hTokens: 6 },
      "cacheWrite1hTokens (6) cannot exceed cacheWriteTokens (0)",
      "usage.cacheWrite1hTokens",
    ],
    [
      { inputTokens: 5, cacheWrite1hTokens: 6 },
      "cacheWrite1hTokens (6) cannot exceed inputTokens (5)",
      "usage.cacheWrite1hTokens",
    ],
    [
      { inputTokens: 10, cacheReadTokens: 6, cacheWriteTokens: 5 },
      "cacheReadTokens + cacheWriteTokens (11) cannot exceed inputTokens (10)",
      "usage.cacheReadTokens",
    ],
    [
      { outputTokens: 10, reasoningTokens: 11 },
      "reasoningTokens (11) cannot exceed outputTokens (10)",
      "usage.reasoningTokens",
    ],
    [
      { inputTokens: 10, inputAudioTokens: 11 },
      "inputAudioTokens (11) cannot exceed inputTokens (10)",
      "usage.inputAudioTokens",
    ],
    [
      { inputTokens: 10, inputImageTokens: 11 },
      "inputImageTokens (11) cannot exceed inputTokens (10)",
      "usage.inputImageTokens",
    ],
    [
      { inputTokens: 10, inputAudioTokens: 6, inputImageTokens: 5 },
      "inputAudioTokens + inputImageTokens (11) cannot exceed inputTokens (10)",
      "usage.inputAudioTokens",
    ],
    [
      { inputTokens: 10, cacheReadTokens: 3, inputAudioTokens: 6, cacheReadAudioTokens: 4 },
      "cacheReadAudioTokens (4) cannot exceed cacheReadTokens (3)",
      "usage.cacheReadAudioTokens",
    ],
    [
      { inputTokens: 10, cacheReadTokens: 6, inputAudioTokens: 3, cacheReadAudioTokens: 4 },
      "cacheReadAudioTokens (4) cannot exceed inputAudioTokens (3)",
      "usage.cacheReadAudioTokens",
    ],
    [
      { outputTokens: 10, outputAudioTokens: 11 },
      "outputAudioTokens (11) cannot exceed outputTokens (10)",
      "usage.outputAudioTokens",
    ],
    [
      { outputTokens: 10, outputImageTokens: 11 },
      "outputImageTokens (11) cannot exceed outputTokens (10)",
      "usage.outputImageTokens",
    ],
  ])("refuses %j", (usage, message, field) => {
    expect(() => checkUsage(usage)).toThrow(message);
    expect(() => checkUsage(usage)).toThrow(expect.objectContaining({ field }));
  });

  it.each<WireUsage>([
    {},
    { inputTokens: null, outputTokens: 5 },
    { inputTokens: 10, cacheReadTokens: 4, cacheWriteTokens: 6, cacheWrite1hTokens: 6 },
    { inputTokens: 10, cacheWrite1hTokens: 10 },
    { outputTokens: 10, reasoningTokens: 10 },
    { inputTokens: 200, cacheReadTokens: 100, inputAudioTokens: 100, cacheReadAudioTokens: 40 },
  ])("accepts %j", (usage) => expect(() => checkUsage(usage)).not.toThrow());
});

describe("quantities", () => {
  it("separates cached from plain and audio from text", () => {
    expect(
      quantities({ inputTokens: 200, cacheReadTokens: 100, inputAudioTokens: 100, cacheReadAudioTokens: 40 }),
    ).toEqual({ input: 40, cacheRead: 60, inputAudio: 60, cacheReadAudio: 40, requests: 1 });
  });

  it("takes writes kept for an hour out of all writes", () => {
    expect(
      quantities({ inputTokens: 15_095, cacheReadTokens: 10_000, cacheWriteTokens: 3_000, cacheWrite1hTokens: 2_000 }),
    ).toEqual({ input: 2_095, cacheRead: 10_000, cacheWrite: 1_000, cacheWrite1h: 2_000, requests: 1 });
  });

  it("takes unsaid cached audio as small as the totals allow", () => {
    expect(quantities({ inputTokens: 100, cacheReadTokens: 80, inputAudioTokens: 60 })).toEqual({
      cacheRead: 40,
      cacheReadAudio: 40,
      inputAudio: 20,
      requests: 1,
    });
    expect(quantities({ inputTokens: 200, cacheReadTokens: 100, inputAudioTokens: 100 })).toEqual({
      cacheRead: 100,
      inputAudio: 100,
      requests: 1,
    });
  });

  it("leaves cached images with the cached tokens", () => {
    expect(quantities({ inputTokens: 100, cacheReadTokens: 80, inputImageTokens: 60 })).toEqual({
      cacheRead: 80,
      inputImage: 20,
      requests: 1,
    });
  });

  it("separates reasoning, audio and images from written text", () => {
    expect(
      quantities({
        outputTokens: 200,
        reasoningTokens: 20,
        outputAudioTokens: 150,
        outputImageTokens: 10,
        requests: 3,
      }),
    ).toEqual({ output: 20, reasoning: 20, outputAudio: 150, outputImage: 10, requests: 3 });
  });

  it("never goes negative and adds up to the wholes, whatever the parts", () => {
    const count = fc.option(fc.nat(300), { nil: undefined });
    const usage = fc.record({
      inputTokens: fc.nat(1_000),
      outputTokens: fc.nat(1_000),
      cacheReadTokens: count,
      cacheWriteTokens: count,
      cacheWrite1hTokens: count,
      inputAudioTokens: count,
      inputImageTokens: count,
      cacheReadAudioTokens: count,
      reasoningTokens: count,
      outputAudioTokens: count,
      outputImageTokens: count,
    });
    let checked = 0;
    fc.assert(
      fc.property(usage, (used) => {
        const q = quantities(used);
        for (const quantity of Object.values(q)) expect(quantity).toBeGreaterThan(0);
        try {
          checkUsage(used);
        } catch {
          return;
        }
        checked += 1;
        const sum = (...meters: (keyof typeof q)[]) => meters.reduce((total, meter) => total + (q[meter] ?? 0), 0);
        expect(
          sum("input", "cacheRead", "cacheWrite", "cacheWrite1h", "inputAudio", "cacheReadAudio", "inputImage"),
        ).toBe(used.inputTokens);
        expect(sum("output", "reasoning", "outputAudio", "outputImage")).toBe(used.outputTokens);
      }),
      { numRuns: 3_000 },
    );
    expect(checked).toBeGreaterThan(50);
  });
});
