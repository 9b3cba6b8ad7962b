import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dimensionLabel, filterInWords, filterText, matchesFilters, parseFilter, toggleFilter } from "./filter.ts";
import type { Filter } from "./filter.ts";

const parsed = (...texts: string[]) => texts.map((text) => parseFilter(text) as Filter);

describe("a filter as text", () => {
  test.each([
    ["model:claude-*", { dimension: "model", value: "claude-*", exclude: false }],
    ["!status:error", { dimension: "status", value: "error", exclude: true }],
    ["user:", { dimension: "user", value: "", exclude: false }],
    ["tag:story:st-9", { dimension: "tag:story", value: "st-9", exclude: false }],
    ["model:a:b", { dimension: "model", value: "a:b", exclude: false }],
  ])("%s", (text, filter) => {
    expect(parseFilter(text)).toEqual(filter);
  });

  test.each(["model", "colour:red", "tag::x", "", "!"])("%j is none", (text) => {
    expect(parseFilter(text)).toBeNull();
  });

  test("is read back as it was written", () => {
    const dimensions = fc.constantFrom("model", "user", "tag:story", "agent");
    fc.assert(
      fc.property(dimensions, fc.string(), fc.boolean(), (dimension, value, exclude) => {
        const filter = { dimension, value, exclude };
        expect(parseFilter(filterText(filter))).toEqual(filter);
      }),
    );
  });

  test("toggling twice changes nothing", () => {
    expect(toggleFilter(toggleFilter(["a:1"], "model:x"), "model:x")).toEqual(["a:1"]);
  });

  test("reads as a sentence", () => {
    expect(filterInWords({ dimension: "serviceTier", value: "", exclude: true })).toEqual({
      dimension: "Service tier",
      verb: "is not",
      value: "unattributed",
    });
    expect(dimensionLabel("tag:story")).toBe("Tag story");
  });
});

describe("an event that arrives live", () => {
  const event = {
    provider: "anthropic",
    model: "claude-haiku-4-5",
    user: "u-1",
    success: false,
    tags: { story: "st-9" },
  };

  test.each([
    [[], true],
    [["model:claude-*"], true],
    [["model:gpt-*"], false],
    [["model:gpt-*", "model:claude-haiku-4-5"], true],
    [["model:claude-*", "user:u-2"], false],
    [["!user:u-2"], true],
    [["!user:u-1", "!user:u-2"], false],
    [["agent:"], true],
    [["agent:*"], false],
    [["!agent:dexter"], true],
    [["status:error"], true],
    [["tag:story:st-9"], true],
    [["tag:epic:"], true],
    [["model:claude.haiku*"], false],
  ])("under %j counts: %s", (filters, counts) => {
    expect(matchesFilters(event, parsed(...filters))).toBe(counts);
  });
});
