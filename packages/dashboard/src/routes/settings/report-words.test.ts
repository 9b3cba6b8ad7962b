import { expect, test } from "vitest";
import { linesOf, whenInWords } from "./report-words.ts";

test("says when a report comes, and reads lists however they are separated", () => {
  expect(whenInWords({ every: "week", hour: 7 })).toBe("Every Monday, from 7:00 on");
  expect(linesOf(" ann@example.com,\n\n bob@example.com ")).toEqual(["ann@example.com", "bob@example.com"]);
  expect(linesOf(undefined)).toEqual([]);
});
