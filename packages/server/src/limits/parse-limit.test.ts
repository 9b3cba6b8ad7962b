import { describe, expect, it } from "vitest";
import type { Limit } from "./limit.ts";
import { parseLimit, parseLimitChange } from "./parse-limit.ts";
import { parseOverride } from "./parse-override.ts";

const NOW_MS = Date.parse("2026-11-22T12:00:00Z");
const simple = { name: "mine", amountUsd: 10, period: "day" };

describe("a limit as it is sent", () => {
  it("needs a name, an amount and a period; the rest has defaults", () => {
    expect(parseLimit(simple, NOW_MS)).toEqual({
      name: "mine",
      kind: "limit",
      enabled: true,
      filters: [],
      each: null,
      amountNanoUsd: 10e9,
      period: { unit: "day", rolling: false, timeZone: null },
      startsAtMs: null,
      carryOver: false,
      thresholdsPercent: [80, 100],
      enforcement: {
        atLimit: "block",
        strict: false,
        throttle: null,
        swap: null,
        whenStreamRunsOut: "end",
        unpriced: { policy: "pass" },
      },
    });
    expect(parseLimit({ ...simple, kind: "budget" }, NOW_MS)).toMatchObject({
      enforcement: null,
      thresholdsPercent: [70, 90, 100],
    });
    expect(parseLimit({ ...simple, enforcement: { strict: true } }, NOW_MS).enforcement).toMatchObject({
      unpriced: { policy: "block" },
    });
  });

  it("can say everything", () => {
    const sent = {
      ...simple,
      filters: ["user:alice", "user:bob", "!model:claude-*", "tag:story:st-9"],
      each: "tag:epic",
      amountUsd: "0.1",
      period: { unit: "month", timeZone: "Europe/Berlin" },
      startsAt: "2026-11-01T00:00:00+01:00",
      carryOver: true,
      thresholdsPercent: [100, 50, 50],
      enforcement: {
        atLimit: "warn",
        throttle: { callsPerMinute: 30 },
        swap: { fromPercent: 90, models: { "gpt-5": "gpt-5-mini" } },
        whenStreamRunsOut: "finish",
        unpriced: { standInUsdPerMillionTokens: 5 },
      },
    };
    expect(parseLimit(sent, NOW_MS)).toMatchObject({
      filters: [
        { dimension: "user", values: ["alice", "bob"], patterns: [], exclude: false },
        { dimension: "model", values: [], patterns: ["claude-*"], exclude: true },
        { dimension: "tag:story", values: ["st-9"] },
      ],
      each: "tag:epic",
      amountNanoUsd: 1e8,
      period: { unit: "month", timeZone: "Europe/Berlin" },
      startsAtMs: Date.parse("2026-10-31T23:00:00Z"),
      carryOver: true,
      thresholdsPercent: [50, 100],
      enforcement: {
        atLimit: "warn",
        throttle: { fromPercent: 80, callsPerMinute: 30 },
        swap: { fromPercent: 90, models: { "gpt-5": "gpt-5-mini" } },
        whenStreamRunsOut: "finish",
        unpriced: { policy: "standIn", nanoUsdPerMillionTokens: 5e9 },
      },
    });
    expect(parseLimit({ ...simple, startsAt: "now" }, NOW_MS).startsAtMs).toBe(NOW_MS);
    expect(parseLimit({ ...simple, atLimit: "throttle" }, NOW_MS).enforcement).toMatchObject({
      atLimit: "block",
      throttle: { fromPercent: 80, callsPerMinute: 60 },
    });
  });

  it.each([
    [{ budget: 5 }, "unknown_field", "budget"],
    [{ enforcement: { strikt: true } }, "unknown_field", "enforcement.strikt"],
    [{ period: { unit: "day", timezone: "UTC" } }, "unknown_field", "period.timezone"],
    [{ enforcement: { unpriced: { standIn: 5 } } }, "unknown_field", "enforcement.unpriced.standIn"],
    [{ name: "" }, "invalid_limit", "name"],
    [{ period: "fortnight" }, "invalid_limit", "period"],
    [{ period: { unit: "day", timeZone: "Mars/Base" } }, "unknown_time_zone", "period.timeZone"],
    [{ period: { unit: "total", rolling: true } }, "invalid_limit", "period.rolling"],
    [{ period: "session", carryOver: true }, "invalid_limit", "carryOver"],
    [{ period: { unit: "week", rolling: true }, carryOver: true }, "invalid_limit", "carryOver"],
    [{ period: "session", each: "user" }, "invalid_limit", "each"],
    [{ amountUsd: -1 }, "out_of_range", "amountUsd"],
    [{ amountUsd: 2e9 }, "out_of_range", "amountUsd"],
    [{ amountUsd: "ten" }, "invalid_amount", "amountUsd"],
    [{ filters: ["user"] }, "invalid_filter", "filters"],
    [{ filters: ["usr:alice"] }, "unknown_dimension", "filters"],
    [{ each: "usr" }, "unknown_dimension", "each"],
    [{ each: "trace" }, "invalid_limit", "each"],
    [{ filters: ["status:error"] }, "invalid_limit", "filters"],
    [{ startsAt: "2026-11-01" }, "unreadable_time", "startsAt"],
    [{ thresholdsPercent: [0] }, "invalid_limit", "thresholdsPercent.0"],
    [{ kind: "budget", atLimit: "block" }, "invalid_limit", "atLimit"],
    [{ atLimit: "swap" }, "invalid_limit", "enforcement.swap.models"],
    [{ enforcement: { swap: { models: { a: "a" } } } }, "invalid_limit", "enforcement.swap.models"],
  ])("is refused with %j, naming the field", (wrong, code, field) => {
    expect(() => parseLimit({ ...simple, ...wrong }, NOW_MS)).toThrow(
      expect.objectContaining({ code, field }) as Error,
    );
  });

  it("may ask for the outcome of calls where it only tells", () => {
    expect(parseLimit({ ...simple, kind: "budget", filters: ["status:error"] }, NOW_MS).filters).toHaveLength(1);
  });

  it("changes what is named, and nothing else", () => {
    const before = parseLimit(
      { ...simple, filters: ["user:alice"], carryOver: true, enforcement: { strict: true, throttle: {} } },
      NOW_MS,
    );
    const change = (wanted: object) => parseLimitChange(wanted, before, NOW_MS);
    expect(change({})).toEqual(before);
    expect(change({ amountUsd: 12 })).toEqual({ ...before, amountNanoUsd: 12e9 });
    expect(change({ filters: null }).filters).toEqual([]);
    expect(change({ enforcement: { atLimit: "warn" } }).enforcement).toEqual({
      ...before.enforcement,
      atLimit: "warn",
    });
    expect(change({ enforcement: { throttle: null } }).enforcement).toEqual({ ...before.enforcement, throttle: null });
    expect(change({ kind: "budget" })).toMatchObject({ enforcement: null, thresholdsPercent: [70, 90, 100] });
    expect(() => change({ period: "total" })).toThrow(expect.objectContaining({ field: "carryOver" }) as Error);
    expect(() => change({ amount: 3 })).toThrow(expect.objectContaining({ code: "unknown_field" }) as Error);
  });
});

describe("an override as it is sent", () => {
  const limit: Limit = { id: "l", ...parseLimit(simple, NOW_MS), createdAtMs: NOW_MS, updatedAtMs: NOW_MS };
  const sent = { amountUsd: 5, reason: "a demo", until: "2026-11-22T13:00:00Z" };

  it("says how much, why and until when", () => {
    expect(parseOverride(sent, limit, NOW_MS)).toEqual({
      value: null,
      amountNanoUsd: 5e9,
      reason: "a demo",
      fromMs: NOW_MS,
      untilMs: NOW_MS + 3_600_000,
    });
    expect(parseOverride({ ...sent, amountUsd: null }, limit, NOW_MS).amountNanoUsd).toBeNull();
  });

  it.each([
    [{ amountUsd: undefined }, "invalid_limit", "amountUsd"],
    [{ reason: " " }, "invalid_limit", "reason"],
    [{ until: "2026-11-22T12:00:00Z" }, "out_of_range", "until"],
    [{ until: "2028-11-22T12:00:00Z" }, "out_of_range", "until"],
    [{ until: "tomorrow" }, "unreadable_time", "until"],
    [{ from: "2026-11-22T14:00:00Z" }, "out_of_range", "until"],
    [{ value: "alice" }, "invalid_limit", "value"],
    [{ ammount: 5 }, "unknown_field", "ammount"],
  ])("is refused with %j, naming the field", (wrong, code, field) => {
    const wanted = { ...sent, ...wrong };
    expect(() => parseOverride(wanted, limit, NOW_MS)).toThrow(expect.objectContaining({ code, field }) as Error);
  });
});
