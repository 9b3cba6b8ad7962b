import { InvalidInput } from "@outlay/core";
import { describe, expect, test } from "vitest";
import type { QueryParams } from "./answers.ts";
import { parseQuestion } from "./question.ts";

const CONTEXT = { now: Date.parse("2026-11-22T12:00:00Z"), timeZone: "Europe/Berlin" };

function refusal(params: QueryParams): { code: string; field: string | undefined; message: string } {
  try {
    parseQuestion(params, CONTEXT);
  } catch (error) {
    if (error instanceof InvalidInput) return { code: error.code, field: error.field, message: error.message };
    throw error;
  }
  throw new Error("was accepted");
}

test("what is not asked has its default", () => {
  expect(parseQuestion({}, CONTEXT)).toEqual({
    metrics: ["cost", "calls", "tokens"],
    by: [],
    unit: null,
    byNames: [],
    filters: [],
    filterTexts: [],
    period: { request: { period: "30d" }, timeZone: "Europe/Berlin" },
    compare: false,
    order: { metric: "cost", descending: true },
    limit: null,
  });
});

test("everything at once", () => {
  const question = parseQuestion(
    {
      metrics: ["calls,cost", "calls"],
      by: ["day", "model,tag:story"],
      filter: ["user:u-1", "user:u-2", "!team:", "tag:url:http://x/*", "model:a\\*b", ""],
      from: ["2026-11-01"],
      to: ["2026-11-22"],
      tz: ["Asia/Kathmandu"],
      compare: ["previous"],
      order: ["errorRate"],
      limit: ["7"],
    },
    CONTEXT,
  );
  expect(question).toMatchObject({
    metrics: ["calls", "cost"],
    by: ["model", "tag:story"],
    unit: "day",
    byNames: ["day", "model", "tag:story"],
    compare: true,
    order: { metric: "errorRate", descending: false },
    limit: 7,
    period: { request: { from: "2026-11-01", to: "2026-11-22" }, timeZone: "Asia/Kathmandu" },
  });
  expect(question.filters).toEqual([
    { dimension: "user", values: ["u-1", "u-2"], patterns: [], exclude: false },
    { dimension: "team", values: [null], patterns: [], exclude: true },
    { dimension: "tag:url", values: [], patterns: ["http://x/*"], exclude: false },
    { dimension: "model", values: ["a*b"], patterns: [], exclude: false },
  ]);
});

describe("what is refused, by parameter and code", () => {
  test.each<[QueryParams, string]>([
    [{ metrics: ["price"] }, "metrics: unknown_metric"],
    [{ metrics: ["cost,__proto__"] }, "metrics: unknown_metric"],
    [{ by: ["colour"] }, "by: unknown_dimension"],
    [{ by: ["tag:"] }, "by: unknown_dimension"],
    [{ by: ["day,week"] }, "by: too_many_time_units"],
    [{ by: ["model,user,team,agent"] }, "by: too_many_dimensions"],
    [{ filter: ["colour:red"] }, "filter: unknown_dimension"],
    [{ filter: ["user"] }, "filter: invalid_filter"],
    [{ filter: ["tag:story"] }, "filter: invalid_filter"],
    [{ filter: ["tag::x"] }, "filter: invalid_filter"],
    [{ period: ["fortnight"] }, "period: unknown_period"],
    [{ period: ["7d", "30d"] }, "period: repeated_parameter"],
    [{ from: ["0000-01-01"] }, "from: time_out_of_range"],
    [{ from: ["2026-01-01"], to: ["9999-12-31"] }, "to: time_out_of_range"],
    [{ from: ["2026-02-02"], to: ["2026-01-01"] }, "to: period_empty"],
    [{ tz: ["Mars/Olympus"] }, "tz: unknown_time_zone"],
    [{ compare: ["last"] }, "compare: unknown_comparison"],
    [{ order: ["-price"] }, "order: unknown_metric"],
    [{ limit: ["0"] }, "limit: out_of_range"],
    [{ limit: ["-1"] }, "limit: out_of_range"],
    [{ limit: ["1e3"] }, "limit: out_of_range"],
    [{ limit: ["99999999999999999999"] }, "limit: out_of_range"],
    [{ limit: ["ten"] }, "limit: out_of_range"],
    [{ tags: ["story:st-1"] }, "tags: unknown_parameter"],
    [{ "'; DROP TABLE events": ["1"] }, "'; DROP TABLE events: unknown_parameter"],
  ])("%j", (params, expected) => {
    const { field, code } = refusal(params);
    expect(`${field}: ${code}`).toBe(expected);
  });

  test("the sentence has the value and what is allowed", () => {
    expect(refusal({ metrics: ["costs"] }).message).toMatch(
      /"costs" is not a metric \(did you mean cost\?\); expected some of cost, calls/,
    );
    expect(refusal({ filters: ["user:1"] }).message).toMatch(
      /^filters is not a parameter of this question \(did you mean filter\?\); allowed: metrics, by, filter/,
    );
    expect(refusal({ by: ["modle"] }).message).toMatch(/did you mean model\?/);
  });
});
