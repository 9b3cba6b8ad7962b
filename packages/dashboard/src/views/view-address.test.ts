import { expect, test } from "vitest";
import { addressOf, isSameAddress } from "./view-address.ts";

test("a view is the address without the call that is open", () => {
  expect(addressOf("?by=tag:story&call=01J&filter=model:a%20b&filter=!user:x%23y")).toBe(
    "by=tag:story&filter=model:a+b&filter=!user:x%23y",
  );
  expect(addressOf("")).toBe("");
});

test("the order of keys says nothing", () => {
  expect(isSameAddress("by=agent&period=7d", "period=7d&by=agent")).toBe(true);
  expect(isSameAddress("filter=model%3Aa", "filter=model:a")).toBe(true);
  expect(isSameAddress("by=agent", "by=agent&period=7d")).toBe(false);
});
