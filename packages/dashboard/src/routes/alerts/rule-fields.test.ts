import { expect, test } from "vitest";
import { readRuleForm } from "./rule-fields.ts";

const nothing = { filters: [], limits: null, channels: null };

test("a rule has the settings of its kind, as numbers, and no others", () => {
  const values = { name: "Dear", amountUsd: "1,000", period: "30d", each: "user", severity: "critical", percent: "5" };
  expect(readRuleForm("cost", values, { ...nothing, filters: ["project:shop"], channels: ["c"] })).toEqual({
    name: "Dear",
    amountUsd: 1000,
    period: "30d",
    each: "user",
    severity: "critical",
    filters: ["project:shop"],
    timeZone: null,
    channels: ["c"],
    escalateAfterMinutes: null,
    tellRecovery: false,
  });
});

test("the urgency of thresholds is their own, and they name limits", () => {
  expect(
    readRuleForm(
      "limitThreshold",
      { name: "x", severity: "info", escalateAfterMinutes: "30", tellRecovery: "on" },
      nothing,
    ),
  ).toEqual({ name: "x", limits: null, channels: null, escalateAfterMinutes: 30, tellRecovery: true });
  expect(readRuleForm("errorRate", { name: "x", windowMinutes: "15" }, nothing)).toMatchObject({ windowMinutes: 15 });
});
