import { expect, test } from "vitest";
import type { AlertRule } from "../api/alerts.ts";
import { entryInWords, ruleInWords } from "./words.ts";

const rule = (kind: AlertRule["kind"], more: Record<string, unknown>): AlertRule => ({
  id: "r",
  kind,
  name: "r",
  enabled: true,
  channels: null,
  escalateAfterMinutes: null,
  tellRecovery: true,
  openAlerts: 0,
  lastLook: null,
  ...more,
});

test("when a rule fires, in its own numbers", () => {
  expect(ruleInWords(rule("cost", { amountUsd: 10, period: "day", each: "user" }))).toBe(
    "each user, from $10.00 a day",
  );
  expect(ruleInWords(rule("limitThreshold", { limits: null }))).toBe("all budgets and limits");
  expect(ruleInWords(rule("errorRate", { percent: 50, minimumCalls: 20, windowMinutes: 60, each: null }))).toBe(
    "from 50% of 20 calls in 60 min",
  );
});

test("what became of it, and whether somebody was told", () => {
  expect(entryInWords({ what: "escalated", actor: null, muted: false })).toBe("More urgent");
  expect(entryInWords({ what: "fired", actor: null, muted: true })).toBe("Fired, nobody was told");
  expect(entryInWords({ what: "acknowledged", actor: "ada", muted: true })).toBe("Acknowledged by ada");
});
