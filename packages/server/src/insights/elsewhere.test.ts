import { afterEach, describe, expect, test } from "vitest";
import { narrowStorage } from "../access/narrow-storage.ts";
import { call, openLedger, type OpenLedger } from "../ledger/open-ledger.fixture.ts";
import { recordUsage } from "../ledger/record-usage.ts";
import { openPriceBook } from "../prices/price-book.ts";
import { elsewhere, type ElsewhereAnswer } from "./elsewhere.ts";

let ledger: OpenLedger;
afterEach(() => ledger.close());

const NOW = "2026-11-16T00:00:00Z";
const DAY = "2026-11-10T12:00:00Z";
const override = { provider: "else", startMs: null, endMs: null, adjustments: [] };
const NEWER = Date.parse("2026-11-12T00:00:00Z");

/** Prices of places to go to, beside those of the test ledger. */
const prices = openPriceBook({
  storage: null,
  now: () => Date.parse(NOW),
  config: {
    refresh: { enabled: false },
    overrides: [
      ...["small", "large"].map((model) => ({
        ...override,
        provider: "test",
        model,
        rates: { input: "1", cacheRead: "0.1", output: "10", images: "0.04" },
      })),
      { ...override, model: "half", rates: { input: "0.5", cacheRead: "0.05", output: "5" } },
      { ...override, model: "no-cache", rates: { input: "0.5", output: "5" } },
      {
        ...override,
        model: "steps",
        rates: { input: "0.5", output: "5" },
        adjustments: [{ when: { inputTokensAbove: 100_000 }, rates: { input: "1" } }],
      },
      { ...override, model: "only-reads", rates: { input: "0.1" } },
      { ...override, model: "draws", rates: { images: "0.01" } },
      { ...override, model: "newer", startMs: NEWER, rates: { input: "2", output: "2" } },
      { ...override, model: "a-fee", rates: { input: "0", output: "0", requests: "1000" } },
    ],
  },
});

async function open(events: Record<string, unknown>[]): Promise<void> {
  ledger = { ...(await openLedger(NOW)), prices: await prices };
  await recordUsage(ledger, events);
}

function models(...names: string[]): Record<string, string[]> {
  return { models: [names.map((name) => `else/${name}`).join()] };
}

function at(answer: ElsewhereAnswer, model: string) {
  return answer.candidates.find((candidate) => candidate.model === model)!;
}

/** 0.1 for the input, of which 0.05 is cached at a tenth, and 1 for the output: 1.055. */
const cached = { inputTokens: 100_000, cacheReadTokens: 50_000, outputTokens: 100_000 };

describe("each call by itself", () => {
  test("rated exactly; without a price for cached tokens at that of plain ones", async () => {
    await open([call(DAY, { usage: cached }), call(DAY)]);
    const answer = await elsewhere(ledger, models("half", "no-cache"));
    expect(answer.basis).toBe("calls");
    expect(answer.recorded).toEqual({ cost: 1.056, calls: 2, unpricedCalls: 0 });
    expect(answer.meta).toMatchObject({ callsRead: 2, unpriced: { calls: 0, tokens: 0 } });
    expect(answer.meta.caveats.join()).toContain("tokens of its own");
    expect(answer.query).toMatchObject({ models: ["else/half", "else/no-cache"], chosen: false });
    expect(at(answer, "half")).toEqual({
      provider: "else",
      model: "half",
      cost: 0.528,
      compared: { calls: 2, recordedCost: 1.056, cost: 0.528 },
      difference: -0.528,
      ratio: 0.5,
      unratedCalls: 0,
      approximate: false,
      reasons: [],
      priceId: expect.stringContaining("else/half") as string,
    });
    expect(at(answer, "no-cache")).toMatchObject({ cost: 0.5505, difference: -0.5055, unratedCalls: 0 });
  });

  test("thresholds of context look at each call", async () => {
    const usage = { inputTokens: 100_000, outputTokens: 0 };
    await open([call(DAY, { usage }), call(DAY, { usage }), call(DAY, { usage: { ...usage, inputTokens: 200_000 } })]);
    const answer = await elsewhere(ledger, models("steps"));
    expect(at(answer, "steps")).toMatchObject({ cost: 0.3, approximate: false });
    // From sums it is one heap of 400,000.
    const sums = await elsewhere(ledger, models("steps"), { readLimit: 2 });
    expect(sums.basis).toBe("sums");
    expect(at(sums, "steps")).toMatchObject({ cost: 0.2, approximate: true });
    expect(at(sums, "steps").reasons[0]).toContain("thresholds of context");
  });

  test("what a price has no rate for is not rated, wholly or in part, and never nothing", async () => {
    await open([
      call(DAY, { operation: "image", usage: { images: 2 } }),
      call(DAY),
      call(DAY, { usage: { inputTokens: 100, outputTokens: 100 } }),
      call(DAY, { usage: { inputTokens: 1_000_000 }, operation: "embedding" }),
    ]);
    const answer = await elsewhere(ledger, models("half", "only-reads", "draws", "unheard-of"));
    expect(at(answer, "half")).toMatchObject({
      unratedCalls: 1,
      reasons: ["The price has no rate for images (1 call)"],
    });
    // The difference is about the same calls on both sides.
    expect(at(answer, "half").compared).toEqual({ calls: 3, recordedCost: 1.0021, cost: 0.50105 });
    expect(at(answer, "only-reads")).toMatchObject({ cost: 0.1, unratedCalls: 3 });
    expect(at(answer, "only-reads").reasons).toEqual([
      "The price has no rate for output (2 calls)",
      "The price has no rate for images (1 call)",
    ]);
    expect(at(answer, "draws")).toMatchObject({ cost: 0.02, unratedCalls: 3, difference: -0.06, ratio: 0.25 });
    expect(at(answer, "unheard-of")).toMatchObject({
      cost: null,
      difference: null,
      ratio: null,
      unratedCalls: 4,
      priceId: null,
      reasons: ['else has no price for "unheard-of" (4 calls)'],
    });
    expect(answer.candidates.map(({ model }) => model)).toEqual(["draws", "only-reads", "half", "unheard-of"]);
  });

  test("calls without a recorded cost are rated, but compared with nothing", async () => {
    await open([call(DAY), call(DAY, { model: "nobody-knows" })]);
    const answer = await elsewhere(ledger, models("half"));
    expect(answer.recorded).toEqual({ cost: 0.001, calls: 2, unpricedCalls: 1 });
    expect(at(answer, "half")).toMatchObject({
      cost: 0.001,
      compared: { calls: 1, recordedCost: 0.001, cost: 0.0005 },
      difference: -0.0005,
    });
  });

  test("answers from the own cache cost nothing anywhere; a model that is younger has today's price", async () => {
    await open([call(DAY, { cacheHit: true }), call(DAY), call("2026-11-13T12:00:00Z")]);
    const answer = await elsewhere(ledger, models("half", "newer"));
    expect(at(answer, "half").cost).toBe(0.001);
    expect(at(answer, "newer")).toMatchObject({
      cost: 0.0004,
      approximate: true,
      reasons: ["The call is older than the model's first known price; at today's (2 calls)"],
    });
  });

  test("a tier that the other does not have is rated as standard, and said", async () => {
    await open([call(DAY, { serviceTier: "batch" })]);
    const { approximate, reasons } = at(await elsewhere(ledger, models("half")), "half");
    expect(approximate).toBe(true);
    expect(reasons[0]).toContain('service tier "batch"');
  });

  test("hundreds of calls, page by page, within filters and for whoever may see them", async () => {
    await open(
      Array.from({ length: 450 }, (_, index) =>
        call(DAY, { user: `u-${index % 3}`, usage: { outputTokens: 100 * (index + 1) } }),
      ),
    );
    const whole = await elsewhere(ledger, models("half"));
    expect(whole.meta.callsRead).toBe(450);
    expect(at(whole, "half").cost).toBe((450 * 451) / 2 / 2_000);
    const filtered = await elsewhere(ledger, { ...models("half"), filter: ["user:u-1"] });
    const mine = { ...ledger, storage: narrowStorage(ledger.storage, ["u-1"]) };
    expect(filtered.recorded.calls).toBe(150);
    expect((await elsewhere(mine, models("half"))).candidates).toEqual(filtered.candidates);
  });
});

describe("from sums", () => {
  const few = { readLimit: 1 };

  test("the same as call by call where no condition holds", async () => {
    await open([
      call(DAY, { usage: cached }),
      call(DAY, { model: "large", usage: { inputTokens: 7, outputTokens: 11, reasoningTokens: 3 } }),
      call("2026-11-11T23:59:59.999Z", { usage: { inputTokens: 1, outputTokens: 2 } }),
    ]);
    const asked = models("half", "no-cache", "a-fee");
    const [exact, sums] = [await elsewhere(ledger, asked), await elsewhere(ledger, asked, few)];
    expect([exact.basis, sums.basis, sums.meta.callsRead]).toEqual(["calls", "sums", 0]);
    for (const model of ["half", "no-cache", "a-fee"]) {
      const { cost, difference, ratio, compared, unratedCalls } = at(exact, model);
      expect(at(sums, model)).toMatchObject({ cost, difference, ratio, compared, unratedCalls, approximate: true });
    }
    expect(at(sums, "a-fee").cost).toBe(3);
  });

  test("in the zone of the reader the same calls", async () => {
    await open([call("2026-11-10T23:30:00Z"), call("2026-11-11T22:30:00Z"), call("2026-11-11T23:30:00Z")]);
    const asked = { ...models("half"), from: ["2026-11-11"], to: ["2026-11-12"], tz: ["Europe/Berlin"] };
    expect(await elsewhere(ledger, asked, few)).toMatchObject({ basis: "sums", recorded: { calls: 2, cost: 0.002 } });
    expect(at(await elsewhere(ledger, asked, few), "half").cost).toBe(0.001);
  });

  test("what sums do not hold is not rated", async () => {
    await open([
      call(DAY, { operation: "image", usage: { images: 2 } }),
      call(DAY, { operation: "audio", usage: { audioSeconds: 10 } }),
      call(DAY, { operation: "tool", usage: { searches: 1 } }),
      call(DAY, { operation: "tool", model: "large", success: false, usage: {} }),
      call(DAY),
      call(DAY, { model: "nobody-knows" }),
    ]);
    const answer = await elsewhere(ledger, models("half", "only-reads", "unheard-of"), few);
    expect(at(answer, "half")).toMatchObject({ cost: 0.001, unratedCalls: 3, compared: { calls: 2, cost: 0.0005 } });
    expect(at(answer, "half").reasons).toEqual(
      expect.arrayContaining([
        "Sums do not hold what image is billed by (1 call)",
        "The calls have no tokens to rate (1 call)",
      ]),
    );
    expect(at(answer, "only-reads").unratedCalls).toBe(5);
    expect(at(answer, "unheard-of")).toMatchObject({ cost: null, unratedCalls: 6, priceId: null });
  });

  test("when single calls have expired", async () => {
    await open([call("2026-11-08T12:00:00Z"), call("2026-11-12T12:00:00Z")]);
    await ledger.storage.expireEvents(Date.parse("2026-11-10T00:00:00Z"));
    const answer = await elsewhere(ledger, models("half"));
    expect(answer.basis).toBe("sums");
    expect(at(answer, "half")).toMatchObject({ cost: 0.001, difference: -0.001 });
  });

  test("calls with and without a recorded cost that nobody can tell apart are left out of the difference", async () => {
    await open([call(DAY), call(DAY)]);
    ledger = { ...ledger, prices: await openPriceBook({ storage: null, now: Date.now, config: {} }) };
    await recordUsage(ledger, [call(DAY)]);
    ledger = { ...ledger, prices: await prices };
    const { compared, cost, reasons } = at(await elsewhere(ledger, models("half"), few), "half");
    expect({ cost, compared }).toEqual({ cost: 0.0015, compared: { calls: 0, recordedCost: 0, cost: 0 } });
    expect(reasons.join()).toContain("left out of the difference (3 calls)");
  });
});

describe("models that nobody asked for", () => {
  test("are of the same kind, near in price, from several providers, and not what was used", async () => {
    await open([
      call(DAY, {
        provider: "anthropic",
        model: "claude-sonnet-4-5",
        usage: { inputTokens: 10_000, outputTokens: 1_000 },
      }),
    ]);
    const { candidates, query, recorded } = await elsewhere(ledger, {});
    expect(query.chosen).toBe(true);
    expect(candidates).toHaveLength(8);
    expect(recorded.cost).toBe(0.045);
    const names = candidates.map(({ provider, model }) => `${provider}/${model}`);
    expect(query.models.toSorted()).toEqual(names.toSorted());
    expect(names).not.toContain("anthropic/claude-sonnet-4-5");
    expect(new Set(candidates.map(({ provider }) => provider)).size).toBeGreaterThanOrEqual(4);
    for (const { cost, unratedCalls, ratio } of candidates) {
      expect(unratedCalls).toBe(0);
      expect(cost).toBeGreaterThan(0);
      expect(ratio).toBeGreaterThan(0.2);
      expect(ratio).toBeLessThan(5);
    }
  });

  test("are embeddings for embeddings, and pictures for pictures", async () => {
    const usage = { inputTokens: 10_000 };
    await open([call(DAY, { provider: "openai", model: "text-embedding-3-small", operation: "embedding", usage })]);
    const { candidates } = await elsewhere(ledger, {});
    expect(candidates.length).toBeGreaterThan(2);
    for (const { model } of candidates) expect(model).toMatch(/embed|voyage/);
    await recordUsage(ledger, [
      call("2026-11-15T12:00:00Z", { provider: "openai", model: "dall-e-3", operation: "image", usage: { images: 1 } }),
    ]);
    const images = await elsewhere(ledger, { from: ["2026-11-15"] });
    expect(images.candidates.length).toBeGreaterThan(2);
    for (const { unratedCalls, cost } of images.candidates) expect([unratedCalls, cost! > 0]).toEqual([0, true]);
  });

  test("are none where there is nothing to go by", async () => {
    await open([]);
    expect(await elsewhere(ledger, {})).toMatchObject({ candidates: [], recorded: { cost: 0, calls: 0 } });
    expect(at(await elsewhere(ledger, models("half")), "half")).toMatchObject({
      cost: 0,
      difference: null,
      ratio: null,
    });
  });
});

test("what is not provider/model is refused, and too many", async () => {
  await open([]);
  for (const name of ["gpt-5", "/gpt-5", "openai/"]) {
    const refused = { code: "invalid_parameter", field: "models" };
    await expect(elsewhere(ledger, { models: [name] })).rejects.toMatchObject(refused);
  }
  const many = Array.from({ length: 21 }, (_, index) => `else/m-${index}`);
  await expect(elsewhere(ledger, { models: many })).rejects.toMatchObject({ code: "invalid_parameter" });
  await expect(elsewhere(ledger, { by: ["model"] })).rejects.toMatchObject({ code: "unknown_parameter" });
});
