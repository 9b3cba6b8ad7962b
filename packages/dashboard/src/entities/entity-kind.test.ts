import { expect, test } from "vitest";
import { capitalised } from "./entity-kind.ts";

test.each([
  ["forge", "Forge"],
  ["Forge", "Forge"],
  ["deep-research v2", "Deep-research v2"],
  ["𐐨x", "𐐀x"],
  ["", ""],
])("%s is shown as %s", (name, shown) => {
  expect(capitalised(name)).toBe(shown);
});
