import { expect, test } from "vitest";
import { amountIn, modelsIn, readLimitForm } from "./read-limit-form.ts";

test("a budget says what was filled in, and leaves the rest to the server", () => {
  const values = {
    name: "Shop",
    amountUsd: "$1,250.50",
    period: "month",
    "period.timeZone": " Europe/Berlin ",
    each: "",
    thresholdsPercent: "50, 80 100%",
    carryOver: "on",
    start: "whole",
  };
  expect(readLimitForm(values, { kind: "budget", filters: ["project:shop"], isNew: true })).toEqual({
    name: "Shop",
    kind: "budget",
    amountUsd: "1250.50",
    period: { unit: "month", rolling: false, timeZone: "Europe/Berlin" },
    each: null,
    filters: ["project:shop"],
    carryOver: true,
    startsAt: null,
    thresholdsPercent: [50, 80, 100],
  });
});

const withPeriod = (period: string) =>
  readLimitForm(
    { name: "x", amountUsd: "1", period, each: "user", carryOver: "on" },
    { kind: "budget", filters: [], isNew: true },
  );

test("only calendar periods carry over, and a session is its own account", () => {
  expect(withPeriod("week-rolling")).toMatchObject({
    carryOver: false,
    period: { unit: "week", rolling: true },
    each: "user",
  });
  expect(withPeriod("session")).toMatchObject({ carryOver: false, each: null });
  expect(withPeriod("month")).not.toHaveProperty("thresholdsPercent");
});

test("what a limit does as it fills", () => {
  const values = {
    name: "x",
    amountUsd: "1",
    period: "day",
    atLimit: "block",
    throttle: "on",
    "throttle.fromPercent": "80",
    callsPerMinute: "30",
    swap: "on",
    "swap.fromPercent": "90",
    "swap.models": "gpt-5 = gpt-5-mini\n\nopus → haiku",
    unpriced: "standIn",
    standIn: "2.5",
    whenStreamRunsOut: "finish",
  };
  expect(readLimitForm(values, { kind: "limit", filters: [], isNew: false })["enforcement"]).toEqual({
    atLimit: "block",
    strict: false,
    throttle: { fromPercent: 80, callsPerMinute: 30 },
    swap: { fromPercent: 90, models: { "gpt-5": "gpt-5-mini", opus: "haiku" } },
    whenStreamRunsOut: "finish",
    unpriced: { standInUsdPerMillionTokens: "2.5" },
  });
});

test("amounts keep every digit; models need another one", () => {
  expect(["0.000000001", " 12 ", "1,000,000.5", "ten"].map(amountIn)).toEqual([
    "0.000000001",
    "12",
    "1000000.5",
    "ten",
  ]);
  expect(modelsIn("gpt-5")).toEqual({ "gpt-5": "" });
});
