import { expect, test } from "vitest";
import { SHORTCUTS } from "./shortcuts.ts";
import { PERIODS } from "./periods.ts";

test("no key means two things", () => {
  const keys = SHORTCUTS.map(({ key }) => key);
  expect(new Set(keys).size).toBe(keys.length);
});

test("every period has its key", () => {
  for (const period of PERIODS) {
    const shortcut = SHORTCUTS.find(({ key }) => key === period.key);
    expect(shortcut?.action.kind === "search" && shortcut.action.change({ filter: ["user:u-1"] })).toEqual(
      period.name === "30d" ? { filter: ["user:u-1"] } : { period: period.name, filter: ["user:u-1"] },
    );
  }
});
