import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { emptySubscription } from "./parse-subscription.ts";
import { feeIn, seatFeeIn, termAmount } from "./spread-fee.ts";
import type { Subscription } from "./subscription.ts";
import { runsUntilMs, termsBefore } from "./terms.ts";

const USD = 1_000_000_000n;

function subscription(fields: Partial<Subscription>): Subscription {
  return {
    ...emptySubscription("2026-01-01"),
    amountNanoUsd: 20e9,
    id: "s",
    createdAtMs: 0,
    updatedAtMs: 0,
    ...fields,
  };
}

const at = (iso: string) => Date.parse(iso);
const span = (from: string, to: string) => ({ startMs: at(from), endMs: at(to) });
const renewals = (fields: Partial<Subscription>, before: string) =>
  termsBefore(subscription(fields), at(before), "UTC").map(({ from }) => from);

describe("terms", () => {
  test("keep to the day of the month, in short months to the last", () => {
    expect(renewals({ start: "2027-10-31" }, "2028-04-01")).toEqual([
      "2027-10-31",
      "2027-11-30",
      "2027-12-31",
      "2028-01-31",
      "2028-02-29",
      "2028-03-31",
    ]);
    expect(renewals({ start: "2026-01-31" }, "2026-04-01").slice(1)).toEqual(["2026-02-28", "2026-03-31"]);
    expect(renewals({ start: "2024-02-29", months: 12 }, "2028-03-01")).toEqual([
      "2024-02-29",
      "2025-02-28",
      "2026-02-28",
      "2027-02-28",
      "2028-02-29",
    ]);
    expect(renewals({ start: "2026-01-30", months: 3 }, "2026-12-01")).toEqual([
      "2026-01-30",
      "2026-04-30",
      "2026-07-30",
      "2026-10-30",
    ]);
  });

  test("with another renewal day, the first is shorter and costs its share", () => {
    const terms = termsBefore(
      subscription({ start: "2026-11-20", renewalDay: 1, amountNanoUsd: 10e9 }),
      at("2027-01-02"),
      "UTC",
    );
    expect(terms.map(({ from, to, seatNanoUsd }) => [from, to, seatNanoUsd])).toEqual([
      ["2026-11-20", "2026-12-01", 3_666_666_667],
      ["2026-12-01", "2027-01-01", 10e9],
      ["2027-01-01", "2027-02-01", 10e9],
    ]);
    expect(renewals({ start: "2026-02-28", renewalDay: 31 }, "2026-05-01")).toEqual([
      "2026-02-28",
      "2026-03-31",
      "2026-04-30",
    ]);
  });

  test("end with the term in which it was cancelled; an end cuts the last one", () => {
    const cancelled = subscription({ start: "2026-01-15", cancelledOn: "2026-03-14" });
    expect(runsUntilMs(cancelled, "UTC")).toBe(at("2026-03-15"));
    expect(runsUntilMs({ ...cancelled, cancelledOn: "2026-03-15" }, "UTC")).toBe(at("2026-03-15"));
    expect(runsUntilMs({ ...cancelled, cancelledOn: "2026-01-15" }, "UTC")).toBe(at("2026-02-15"));
    const ended = subscription({ start: "2026-01-15", end: "2026-02-20" });
    const last = termsBefore(ended, Infinity, "UTC").at(-1)!;
    expect([last.from, last.to]).toEqual(["2026-02-15", "2026-02-20"]);
    // paid in full, over the five days that were left
    expect(feeIn(last, span("2026-02-15", "2026-02-16"), "UTC")).toBe(4n * USD);
  });

  test("change amount and seats with the first renewal on or after a day", () => {
    const changes = [
      { from: "2026-02-10", amountNanoUsd: null, seats: 3 },
      { from: "2026-03-01", amountNanoUsd: 25e9, seats: null },
    ];
    const terms = termsBefore(subscription({ seats: 2, changes }), at("2026-03-02"), "UTC");
    expect(terms.map(termAmount)).toEqual([40n * USD, 40n * USD, 75n * USD]);
  });

  test("begin with the day of the owner's zone", () => {
    const terms = termsBefore(
      subscription({ start: "2026-03-29", timeZone: "Europe/Berlin" }),
      at("2026-05-01"),
      "UTC",
    );
    expect(terms.map(({ startMs }) => new Date(startMs).toISOString())).toEqual([
      "2026-03-28T23:00:00.000Z",
      "2026-04-28T22:00:00.000Z",
    ]);
  });
});

describe("a fee", () => {
  test("is the same for each month of a year and for each day of a month", () => {
    const [year] = termsBefore(subscription({ months: 12, amountNanoUsd: 204e9 }), at("2026-01-02"), "UTC");
    expect(feeIn(year!, span("2026-02-01", "2026-03-01"), "UTC")).toBe(17n * USD);
    expect(feeIn(year!, span("2026-11-01", "2026-12-01"), "UTC")).toBe(17n * USD);
    const [february] = termsBefore(subscription({ start: "2028-02-01", amountNanoUsd: 29e9 }), at("2028-02-02"), "UTC");
    expect(feeIn(february!, span("2028-02-29", "2028-03-01"), "UTC")).toBe(1n * USD);
  });

  test("has days of the same weight where clocks change", () => {
    const timeZone = "Europe/Berlin";
    const [march] = termsBefore(
      subscription({ start: "2026-03-01", amountNanoUsd: 31e9, timeZone }),
      at("2026-03-02"),
      "UTC",
    );
    // 23 hours
    expect(seatFeeIn(march!, span("2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"), timeZone)).toBe(USD);
    expect(seatFeeIn(march!, span("2026-03-29T22:00:00Z", "2026-03-30T22:00:00Z"), timeZone)).toBe(USD);
  });

  test("is the sum of its parts, however time is cut, and no part is below zero", () => {
    const zones = ["UTC", "Europe/Berlin", "Pacific/Apia", "America/St_Johns", "Asia/Beirut"];
    const date = fc
      .integer({ min: at("2009-01-01"), max: at("2030-01-01") })
      .map((ms) => new Date(ms).toISOString().slice(0, 10));
    fc.assert(
      fc.property(
        fc.record({
          start: date,
          months: fc.integer({ min: 1, max: 36 }),
          amountNanoUsd: fc.integer({ min: 0, max: 9e15 }),
          seats: fc.integer({ min: 1, max: 500 }),
          renewalDay: fc.option(fc.integer({ min: 1, max: 31 })),
          timeZone: fc.constantFrom(...zones),
          days: fc.option(fc.integer({ min: 1, max: 2_000 })),
        }),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 }),
        ({ days, ...fields }, shares) => {
          const end = days === null ? null : new Date(at(fields.start) + days * 86_400_000).toISOString().slice(0, 10);
          const one = subscription({ ...fields, end });
          const terms = termsBefore(one, at(fields.start) + 4 * 366 * 86_400_000, "UTC");
          const fromMs = terms[0]!.startMs;
          const toMs = terms.at(-1)!.endMs;
          const cuts = shares.map((share) => Math.round(fromMs + share * (toMs - fromMs))).toSorted((a, b) => a - b);
          const edges = [fromMs - 1, ...cuts, toMs + 1];
          const parts = edges
            .slice(1)
            .flatMap((endMs, index) =>
              terms.map((term) => feeIn(term, { startMs: edges[index]!, endMs }, fields.timeZone)),
            );
          expect(parts.every((part) => part >= 0n)).toBe(true);
          expect(parts.reduce((sum, part) => sum + part, 0n)).toBe(
            terms.reduce((sum, term) => sum + termAmount(term), 0n),
          );
          for (const [index, term] of terms.entries()) {
            if (index > 0) expect(term.startMs).toBe(terms[index - 1]!.endMs);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
