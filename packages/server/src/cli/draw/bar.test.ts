import { expect, it } from "vitest";
import { drawBar } from "./bar.ts";

it("is as long as its share, to an eighth, and never invisible for something", () => {
  expect(drawBar(1, 4)).toBe("████");
  expect(drawBar(0.5, 4)).toBe("██");
  expect(drawBar(9 / 32, 4)).toBe("█▏");
  expect(drawBar(0.000_01, 4)).toBe("▏");
  expect(drawBar(0, 4)).toBe("");
  expect(drawBar(Number.NaN, 4)).toBe("");
  expect(drawBar(3, 4)).toBe("████");
});
