import { InvalidInput } from "@outlay/core";
import { expect, test } from "vitest";
import { DEFAULT_RULES } from "./default-rules.ts";
import { changeRule, parseRule, type AlertRule } from "./rule.ts";

const daily = { kind: "cost", name: "A dear day", amountUsd: 10 };

function refused(wanted: unknown): InvalidInput {
  try {
    parseRule(wanted);
  } catch (error) {
    if (error instanceof InvalidInput) return error;
  }
  return expect.unreachable();
}

test("what is not said has a default", () => {
  expect(parseRule(daily)).toEqual({
    ...daily,
    enabled: true,
    channels: null,
    escalateAfterMinutes: null,
    tellRecovery: true,
    severity: "warning",
    filters: [],
    timeZone: null,
    period: "day",
    each: null,
  });
});

test("the rules out of the box are rules", () => {
  for (const { id: _, ...rule } of DEFAULT_RULES) expect(parseRule(rule)).toMatchObject(rule);
  expect(new Set(DEFAULT_RULES.map((rule) => rule.id)).size).toBe(DEFAULT_RULES.length);
});

test.each([
  [{ ...daily, amount: 10 }, "unknown_field", "amount"],
  [{ ...daily, percent: 10 }, "unknown_field", "percent"],
  [{ kind: "limitThreshold", name: "x", severity: "info" }, "unknown_field", "severity"],
  [{ name: "x" }, "invalid_alert_rule", "kind"],
  [{ kind: "constructor", name: "x" }, "invalid_alert_rule", "kind"],
  [null, "invalid_alert_rule", "kind"],
  [{ kind: "cost", name: "x" }, "invalid_alert_rule", "amountUsd"],
  [{ ...daily, amountUsd: 0 }, "invalid_alert_rule", "amountUsd"],
  [{ ...daily, amountUsd: "10" }, "invalid_alert_rule", "amountUsd"],
  [{ ...daily, name: " " }, "invalid_alert_rule", "name"],
  [{ ...daily, filters: ["user:ada", "colour:red"] }, "invalid_alert_rule", "filters.1"],
  [{ ...daily, each: "colour" }, "invalid_alert_rule", "each"],
  [{ ...daily, timeZone: "Mars/Olympus" }, "invalid_alert_rule", "timeZone"],
  [{ ...daily, period: "fortnight" }, "invalid_alert_rule", "period"],
  [{ ...daily, escalateAfterMinutes: 1.5 }, "invalid_alert_rule", "escalateAfterMinutes"],
  [{ ...daily, channels: [] }, "invalid_alert_rule", "channels"],
  [{ kind: "errorRate", name: "x", percent: 50, windowMinutes: 20 }, "invalid_alert_rule", "windowMinutes"],
])("%j is refused, with the field", (wanted, code, field) => {
  const error = refused(wanted);
  expect(error).toMatchObject({ code, field });
  expect(error.message).toContain(field);
});

test("a change names what changes; the rest, and the kind, stay", () => {
  const rule: AlertRule = {
    ...parseRule({ ...daily, filters: ["user:ada"] }),
    id: "r",
    createdAtMs: 1,
    updatedAtMs: 1,
  };
  expect(changeRule(rule, { amountUsd: 20 })).toMatchObject({ ...daily, amountUsd: 20, filters: ["user:ada"] });
  expect(() => changeRule(rule, { kind: "spike" })).toThrow("kind is cost and stays");
  expect(() => changeRule(rule, { id: "other" })).toThrow("id is not a field");
  expect(() => changeRule(rule, [])).toThrow("expected an object");
});
