import { expect, it } from "vitest";
import { chooseColors } from "./colors.ts";

it("colours terminals only, unless refused or forced", () => {
  expect(on({}, true)).toBe(true);
  expect(on({}, false)).toBe(false);
  expect(on({ NO_COLOR: "1" }, true)).toBe(false);
  expect(on({ NO_COLOR: "" }, true)).toBe(true);
  expect(on({ TERM: "dumb" }, true)).toBe(false);
  expect(on({ FORCE_COLOR: "1" }, false)).toBe(true);
  expect(on({ FORCE_COLOR: "1", NO_COLOR: "1" }, false)).toBe(false);
  expect(on({}, true, true)).toBe(false);
});

function on(env: Record<string, string>, isTerminal: boolean, noColorFlag = false): boolean {
  return chooseColors({ env, isTerminal, noColorFlag }).isColorSupported;
}
