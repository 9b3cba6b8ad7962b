import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openEstimates, type Estimates } from "../estimates/estimates.ts";
import { call, openLedger, type OpenLedger } from "./open-ledger.fixture.ts";
import { recordUsage } from "./record-usage.ts";

let ledger: OpenLedger;
let estimates: Estimates;

beforeAll(async () => {
  ledger = await openLedger("2026-11-22T12:00:00Z");
  estimates = await openEstimates({ storage: ledger.storage });
  ledger.estimates = estimates;
});

afterAll(async () => {
  await estimates.close();
  await ledger.close();
});

let lastId = 0;

/** Records a call and gives what is stored of it. */
async function stored(rest: Record<string, unknown>) {
  const id = `e-${++lastId}`;
  const answer = await recordUsage(ledger, [call("2026-11-22T11:00:00Z", { id, usage: {}, ...rest })]);
  expect(answer.rejected).toEqual([]);
  const event = await ledger.storage.getEvent(id);
  return event!;
}

const absent = { usageState: "absent", promptCharacters: 4_000, producedCharacters: 400 };

describe("a call without usage", () => {
  it("is estimated from how much text there was, and says so with a band", async () => {
    const event = await stored({ metadata: { ...absent, responseId: "r-1" } });
    expect(event.basis).toBe("estimated");
    expect(event.usage.inputTokens).toBeGreaterThan(700);
    expect(event.usage.inputTokens).toBeLessThan(1_400);
    expect(event.usage.outputTokens).toBeGreaterThan(70);
    expect(event.costNanoUsd).toBe(event.usage.inputTokens! * 1_000 + event.usage.outputTokens! * 10_000);
    expect(event.metadata).toMatchObject({ responseId: "r-1", usageEstimated: true, usageErrorPercent: 40 });
  });

  it("keeps what the provider said of a stream that was cut", async () => {
    const usage = { inputTokens: 25, outputTokens: 1 };
    const event = await stored({ usage, metadata: { ...absent, usageState: "partial" } });
    expect(event.usage.inputTokens).toBe(25);
    expect(event.usage.outputTokens).toBeGreaterThan(70);
    expect(event.basis).toBe("estimated");
    const most = await stored({
      usage: { inputTokens: 25, outputTokens: 90 },
      metadata: { ...absent, usageState: "partial" },
    });
    expect(most.usage).toEqual({ inputTokens: 25, outputTokens: 90 });
    expect(most.basis).toBe("rated");
  });

  it.each([
    ["its usage is complete", { metadata: { ...absent, usageState: "complete" } }],
    ["nobody says that anything is missing", { metadata: { promptCharacters: 4_000, producedCharacters: 400 } }],
    ["it failed before any text came", { success: false, metadata: { ...absent, producedCharacters: 0 } }],
    ["it came from the application's own cache", { cacheHit: true, metadata: absent }],
    ["it is not about text", { operation: "image", metadata: absent }],
    ["the numbers are none", { metadata: { usageState: "absent", promptCharacters: "many", producedCharacters: -1 } }],
  ])("is left as it is when %s", async (_, rest) => {
    const event = await stored(rest);
    expect(event.usage.inputTokens ?? null).toBeNull();
    expect(event.usage.outputTokens ?? null).toBeNull();
    expect(event.metadata?.["usageEstimated"]).toBeUndefined();
  });

  it("has no tokens out when it is an embedding, and when none came", async () => {
    const embedding = await stored({ operation: "embedding", metadata: absent });
    expect(embedding.usage.outputTokens).toBeUndefined();
    expect(embedding.usage.inputTokens).toBeGreaterThan(700);
    const silent = await stored({ metadata: { ...absent, producedCharacters: 0 } });
    expect(silent.usage.outputTokens).toBe(0);
  });
});
