import { expect, test } from "vitest";
import { adjustmentInWords, meterRates, perQuantity, rateText } from "./price-words.ts";

test("a rate of zero is free, and one that is not known is neither", () => {
  expect(rateText("0")).toBe("free");
  expect(rateText("0.075")).toBe("$0.075");
  expect(rateText(undefined)).toBe("—");
});

test("rates say for how much", () => {
  expect(perQuantity("input")).toBe("per million tokens");
  expect(perQuantity("images")).toBe("each");
  expect(perQuantity("searches")).toBe("per thousand searches");
  expect(perQuantity("audioSeconds")).toBe("per hour of audio");
});

test("adjustments say when and what", () => {
  expect(adjustmentInWords({ when: { inputTokensAbove: 200_000 }, rates: { output: "22.5", input: "6" } })).toBe(
    "Above 200,000 input tokens: input tokens $6, output tokens $22.5",
  );
  expect(adjustmentInWords({ when: { serviceTier: ["batch", "flex"] }, multiply: "0.5" })).toBe(
    "Service tier batch or flex: 0.5 times the price",
  );
  expect(
    adjustmentInWords({
      when: { window: { days: [6, 7], from: "16:30", to: "24:00" } },
      multiply: "0.5",
      meters: ["output"],
    }),
  ).toBe("16:30 to 24:00 UTC on Saturdays, Sundays: 0.5 times the price of output tokens");
  expect(adjustmentInWords({ when: { inputTokensAbove: 128_000 }, rates: { input: "2.5" }, applies: "part" })).toBe(
    "Above 128,000 input tokens: input tokens $2.5, only for the tokens above",
  );
  expect(adjustmentInWords({ when: {}, multiply: "11/10" })).toBe("Always: 11/10 times the price");
});

test("rates come in the order of the meters", () => {
  expect(meterRates({ output: "15", searches: "10", input: "3" })).toEqual([
    ["input", "3"],
    ["output", "15"],
    ["searches", "10"],
  ]);
});
