import { expect, test } from "vitest";
import { capitalised, pluralOf } from "./entity-kind.ts";

test.each([
  ["forge", "Forge"],
  ["Forge", "Forge"],
  ["deep-research v2", "Deep-research v2"],
  ["𐐨x", "𐐀x"],
  ["", ""],
])("%s is shown as %s", (name, shown) => {
  expect(capitalised(name)).toBe(shown);
});

test.each([
  ["story", "stories"],
  ["epic", "epics"],
  ["agent_loop", "agent loops"],
  ["branch", "branches"],
  ["essay", "essays"],
])("several of %s are %s", (key, plural) => {
  expect(pluralOf(key)).toBe(plural);
});
