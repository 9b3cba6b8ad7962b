import { describe, expect, it } from "vitest";
import {
  formatBytes,
  formatDuration,
  formatInstant,
  formatPeriod,
  formatRatio,
  formatTokens,
  formatUsd,
} from "./values.ts";

describe("formatUsd", () => {
  it.each([
    [0, "$0.00"],
    [1_234.5, "$1,234.50"],
    [12.345, "$12.35"],
    [0.5, "$0.50"],
    [0.0123, "$0.012"],
    [0.0004, "$0.0004"],
    [0.00042, "$0.00042"],
    [0.000_000_002, "$0.000000002"],
    [-25, "-$25.00"],
    [null, "–"],
    [undefined, "–"],
  ])("%s is %s", (usd, text) => {
    expect(formatUsd(usd)).toBe(text);
  });
});

describe("the other units", () => {
  it("shortens tokens to three digits and a letter", () => {
    expect([0, 950, 999, 12_345, 999_960, 2_100_000, 3e9].map(formatTokens)).toEqual([
      "0",
      "950",
      "999",
      "12.3k",
      "1.00M",
      "2.10M",
      "3.00G",
    ]);
  });

  it("shows durations in the unit that people think in", () => {
    expect([0, 340, 999.7, 1_234, 59_960, 75_000].map(formatDuration)).toEqual([
      "0 ms",
      "340 ms",
      "1.00 s",
      "1.23 s",
      "1:00 min",
      "1:15 min",
    ]);
  });

  it("shows what is not known as a dash, never as zero", () => {
    expect([formatTokens(null), formatDuration(null), formatRatio(null)]).toEqual(["–", "–", "–"]);
  });

  it("shows ratios, bytes and instants", () => {
    expect(formatRatio(0.0234)).toBe("2.3 %");
    expect([0, 1_023, 1_536, 5 * 1_024 ** 3].map(formatBytes)).toEqual(["0 bytes", "1023 bytes", "1.5 KiB", "5.0 GiB"]);
    expect(formatInstant("2026-11-21T23:30:00.000Z", "Europe/Berlin")).toBe("Sun 22 Nov 00:30:00");
  });

  it("shows periods by their days in their zone", () => {
    const period = { start: "2026-10-23T22:00:00.000Z", end: "2026-11-22T23:00:00.000Z", timeZone: "Europe/Berlin" };
    expect(formatPeriod({ name: "30d", ...period })).toBe("30d · 24 Oct 2026 – 22 Nov 2026 · Europe/Berlin");
    expect(formatPeriod({ ...period, end: "2026-10-24T22:00:00.000Z" })).toBe("24 Oct 2026 · Europe/Berlin");
  });
});
