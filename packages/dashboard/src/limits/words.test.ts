import { expect, test } from "vitest";
import {
  actionInWords,
  countedInWords,
  eachInWords,
  enforcementInWords,
  periodInWords,
  untilInWords,
} from "./words.ts";
import type { Enforcement } from "../api/limits.ts";

const plain: Enforcement = {
  atLimit: "block",
  strict: false,
  throttle: null,
  swap: null,
  whenStreamRunsOut: "end",
  unpriced: "pass",
};

test("whose spending counts, values of one dimension as alternatives", () => {
  expect(countedInWords([])).toBe("everything");
  expect(countedInWords(["project:shop", "model:gpt-5*", "model:gpt-4o", "!user:", "tag:plan:gold"])).toBe(
    "project is shop; model is gpt-5* or gpt-4o; user is not unattributed; tag plan is gold",
  );
});

test("periods and for whom", () => {
  expect(periodInWords({ unit: "month", rolling: false })).toBe("a month");
  expect(periodInWords({ unit: "week", rolling: true })).toBe("last 7 days");
  expect(periodInWords({ unit: "total", rolling: false })).toBe("in all");
  const month = { unit: "month", rolling: false, timeZone: null } as const;
  expect(eachInWords({ each: "credential", period: month })).toBe("each key");
  expect(eachInWords({ each: null, period: { ...month, unit: "session" } })).toBe("each session");
});

test("what happens as it fills", () => {
  expect(enforcementInWords(plain)).toEqual([
    "Refuses the call that does not fit.",
    "Models without a price pass uncounted.",
  ]);
  const all: Enforcement = {
    ...plain,
    strict: true,
    throttle: { fromPercent: 80, callsPerMinute: 60 },
    swap: { fromPercent: 90, models: { "gpt-5": "gpt-5-mini" } },
    whenStreamRunsOut: "finish",
    unpriced: { standInUsdPerMillionTokens: 2 },
  };
  expect(enforcementInWords(all)).toContain("From 90% on sends gpt-5 to gpt-5-mini.");
  expect(enforcementInWords(all).at(-1)).toBe("Models without a price count as $2.00 for a million tokens.");
  expect([plain, all, { ...plain, atLimit: "warn" as const }, null].map(actionInWords)).toEqual([
    "Refuses",
    "Swaps models",
    "Warns",
    "Tells",
  ]);
});

test("how long until it begins anew", () => {
  expect([30_000, 5 * 60_000, 5 * 3_600_000, 8 * 86_400_000].map(untilInWords)).toEqual([
    "now",
    "in 5 min",
    "in 5 h",
    "in 8 days",
  ]);
});
