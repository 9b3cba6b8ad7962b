import { parseFraction, roundToNanoUsd, addFractions, formatUsd } from "@outlay/core";
import { describe, expect, it } from "vitest";
import { openPriceBook } from "./price-book.ts";
import { rateWireEvent, rateWireEvents } from "./rate-events.ts";

const nowMs = Date.UTC(2026, 10, 22);
const book = await openPriceBook({ storage: null, config: {}, now: () => nowMs });
const call = {
  id: "a",
  provider: "openai",
  model: "gpt-5-2025-08-07",
  occurredAt: "2026-06-01T00:00:00Z",
  usage: { inputTokens: 1_000, cacheReadTokens: 400, outputTokens: 500, reasoningTokens: 320 },
};

describe("rating an event as it is sent", () => {
  it("says the cost, the price and the lines", () => {
    expect(rateWireEvent(book, call, nowMs)).toEqual({
      id: "a",
      costUsd: "0.0058",
      basis: "rated",
      computedUsd: "0.0058",
      cacheSavingsUsd: "0.00045",
      avoidedUsd: "0",
      price: {
        id: expect.stringMatching(/^\w+:openai\/gpt-5@.*#[0-9a-f]{8}$/),
        layer: expect.any(String),
        provider: "openai",
        model: "gpt-5",
        from: null,
        to: null,
        how: "alias",
        source: expect.stringContaining("https://"),
      },
      approximate: false,
      lines: [
        { meter: "input", quantity: 600, rateUsd: "1.25", per: 1_000_000, costUsd: "0.00075" },
        { meter: "cacheRead", quantity: 400, rateUsd: "0.125", per: 1_000_000, costUsd: "0.00005" },
        { meter: "output", quantity: 500, rateUsd: "10", per: 1_000_000, costUsd: "0.005" },
      ],
    });
  });

  it("says null, not zero, when no price is known", () => {
    expect(rateWireEvent(book, { ...call, model: "gpt-99" }, nowMs)).toMatchObject({
      costUsd: null,
      basis: "unpriced",
      price: null,
      note: 'openai has no price for "gpt-99"',
      lines: [],
    });
  });

  it("lets the reported cost count and keeps the computed one beside it", () => {
    expect(rateWireEvent(book, { ...call, reportedCostUsd: 0.001 }, nowMs)).toMatchObject({
      costUsd: "0.001",
      basis: "reported",
      computedUsd: "0.0058",
    });
  });

  it("marks tokens that were estimated", () => {
    const estimated = { ...call, metadata: { usageEstimated: true } };
    expect(rateWireEvent(book, estimated, nowMs)).toMatchObject({ basis: "estimated", costUsd: "0.0058" });
  });

  it("shows what an answer from the own cache would have cost", () => {
    expect(rateWireEvent(book, { ...call, cacheHit: true }, nowMs)).toMatchObject({
      costUsd: "0",
      avoidedUsd: "0.0058",
    });
  });

  it.each<[string, unknown, string, string]>([
    ["no object", 5, "wrong_type", "event"],
    ["an unknown field", { ...call, modell: "x" }, "unknown_field", "modell"],
    ["no model", { provider: "openai" }, "missing_field", "model"],
    [
      "a part above its whole",
      { ...call, usage: { cacheReadTokens: 1 } },
      "usage_part_exceeds_whole",
      "usage.cacheReadTokens",
    ],
    ["a bad time", { ...call, occurredAt: "yesterday" }, "unreadable_time", "occurredAt"],
    ["a cost that no call has", { ...call, usage: { outputTokens: 1e12 } }, "cost_too_large", "usage"],
  ])("refuses %s in its place", (_name, event, code, field) => {
    const [first, second] = rateWireEvents(book, [event, call], nowMs);
    expect(first).toMatchObject({ error: { code, field, message: expect.any(String) } });
    expect(second).toMatchObject({ id: "a", costUsd: "0.0058" });
  });

  it("gives lines that add up to the cost, also where a rate has no end of decimals", () => {
    const spoken = { provider: "groq", model: "whisper-large-v3", usage: { audioSeconds: 61 } };
    const answer = rateWireEvent(book, spoken, nowMs);
    if ("error" in answer) throw new Error(answer.error.message);
    const sum = answer.lines
      .map((line) => parseFraction(line.costUsd))
      .reduce(addFractions, { numerator: 0n, denominator: 1n });
    expect(formatUsd(roundToNanoUsd(sum))).toBe(answer.costUsd);
  });
});
