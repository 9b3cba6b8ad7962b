import { afterEach, beforeEach, expect, test } from "vitest";
import { openPriceBook } from "../../prices/price-book.ts";
import { openTestAlerts, type OpenAlerts } from "../open-alerts.fixture.ts";

let open: OpenAlerts;
beforeEach(async () => {
  open = await openTestAlerts("2026-11-20T12:00:00Z");
  await open.alerts.createRule({ kind: "priceChange", name: "Dearer" }, "test");
});
afterEach(() => open.close());

/** Prices of the model `small`, by the instant from which they count. */
async function priced(...prices: [from: string | null, input: string, output: string][]): Promise<void> {
  open.ledger.prices = await openPriceBook({
    storage: null,
    now: open.ledger.now,
    config: {
      refresh: { enabled: false },
      overrides: prices.map(([from, input, output]) => ({
        provider: "test",
        model: "small",
        startMs: from === null ? null : Date.parse(from),
        endMs: null,
        rates: { input, output },
        adjustments: [],
      })),
    },
  });
}

/** As many calls of a million tokens in and 100,000 out as told, on the 10th. */
async function used(calls: number): Promise<void> {
  await open.record(
    ...Array.from({ length: calls }, () => ({
      provider: "test",
      model: "small",
      occurredAt: "2026-11-10T12:00:00Z",
      usage: { inputTokens: 1_000_000, outputTokens: 100_000 },
    })),
  );
}

test("a price that is to come: what a month like the last one will cost more, told once", async () => {
  await priced([null, "1", "10"], ["2026-12-01T00:00:00Z", "1.5", "15.5"]);
  await used(20);
  await open.look();
  await open.look("2026-11-21T12:00:00Z");
  // 20 × (1.50 + 1.55) instead of 20 × (1 + 1)
  expect(open.news()).toEqual(["fired warning: small gets dearer: +$21.00 a month"]);
  expect(open.sent[0]!.facts).toEqual(
    expect.arrayContaining([
      { label: "From", value: "1 Dec 2026" },
      { label: "Last 30 days", value: "$40.00, 20 calls" },
    ]),
  );
  // a week after it took effect it is no news any more, and nobody is told that
  await open.look("2026-12-09T00:00:00Z");
  expect(open.news()).toEqual([]);
  expect(open.alerts.list()).toMatchObject([{ isOpen: false, closedBecause: "passed" }]);
});

test("a price that has just changed counts too", async () => {
  await priced([null, "1", "10"], ["2026-11-18T00:00:00Z", "2", "10"]);
  await used(20);
  await open.look();
  expect(open.news()).toEqual(["fired warning: small has got dearer: +$20.00 a month"]);
});

test("cheaper, long ago, too far ahead, or too little: nobody is told", async () => {
  await used(20);
  const quiet: [string | null, string, string][][] = [
    [
      [null, "1", "10"],
      ["2026-12-01T00:00:00Z", "0.5", "10"],
    ],
    [
      [null, "1", "10"],
      ["2026-10-01T00:00:00Z", "2", "10"],
    ],
    [
      [null, "1", "10"],
      ["2027-12-01T00:00:00Z", "2", "10"],
    ],
    [
      [null, "1", "10"],
      ["2026-12-01T00:00:00Z", "1.04", "10"],
    ],
  ];
  for (const prices of quiet) {
    await priced(...prices);
    await open.look();
  }
  expect(open.news()).toEqual([]);
});
