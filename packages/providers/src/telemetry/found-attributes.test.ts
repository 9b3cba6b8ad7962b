import { describe, expect, it } from "vitest";
import { ATTRIBUTE_NAMES } from "./attribute-names.ts";
import { findAttributes, type Fact } from "./found-attributes.ts";

const facts = Object.entries(ATTRIBUTE_NAMES) as [Fact, readonly string[]][];

it("no name stands for two facts, and no fact has more names than there are bits", () => {
  const names = facts.flatMap(([, list]) => list);
  expect(new Set(names).size).toBe(names.length);
  expect(Math.max(...facts.map(([, list]) => list.length))).toBeLessThanOrEqual(16);
});

describe("found attributes", () => {
  it("are found by every name, the first of a fact before the others", () => {
    for (const [fact, names] of facts) {
      const all = Object.fromEntries(names.map((name, rank) => [name, `value ${rank}`]).toReversed());
      for (const [rank, name] of names.entries()) {
        expect(findAttributes(all).text(fact)).toBe(`value ${rank}`);
        delete all[name];
      }
      expect(findAttributes(all).text(fact)).toBeNull();
    }
  });

  it("of another kind than asked for give way to the next", () => {
    const found = findAttributes({
      "gen_ai.usage.input_tokens": "many",
      "gen_ai.usage.prompt_tokens": "12",
      "gen_ai.request.model": { not: "text" },
      "llm.model_name": "gpt-5",
      "gen_ai.usage.cost": -1,
      "llm.cost.total": "0.25",
    });
    expect([found.tokens("inputTokens"), found.text("requestModel"), found.amount("costUsd")]).toEqual([
      12,
      "gpt-5",
      0.25,
    ]);
    expect(found.value("inputTokens")).toBe("many");
    expect(found.text("requestModel", (model) => (model === "gpt-5" ? null : model))).toBeNull();
  });

  it("are gone with the next that are looked for", () => {
    findAttributes({ "user.id": "u", "outlay.tag.a": "b", "ai.usage.cachedInputTokens": 1 });
    const found = findAttributes({ "session.id": "s" });
    expect([found.text("user"), found.tags, found.has("ai.usage.cachedInputTokens")]).toEqual([null, null, false]);
    expect(found.text("session")).toBe("s");
  });
});
