import { expect, test } from "vitest";
import { signedMoney } from "./signed-money.ts";

test.each([
  [6.35, "+$6.35"],
  [-2.5, "−$2.50"],
  [0, "$0.00"],
  [4_213.5, "+$4,213.50"],
  [null, "—"],
])("a difference of %s reads %s", (usd, text) => {
  expect(signedMoney(usd)).toBe(text);
});
