import { expect, test } from "vitest";
import { parseRule } from "../alerts/rule.ts";
import { parseLimit } from "../limits/parse-limit.ts";
import { roundAmount, sampleLimits } from "./sample-limits.ts";

test("amounts are such as people would choose", () => {
  expect([1234.5, 87.1, 0.0871, 9.96, 0, 0.001].map(roundAmount)).toEqual([1200, 87, 0.087, 10, 0.01, 0.01]);
});

test("what Meridian has can be made", () => {
  const nowMs = Date.UTC(2026, 10, 22);
  const { limits, rules, override } = sampleLimits(nowMs);
  const made = limits.map(({ body }) => parseLimit({ ...body, amountUsd: 1 }, nowMs));
  expect(made.map(({ name }) => name)).toContain(override.limit);
  expect(rules.map(parseRule)).toHaveLength(rules.length);
});
