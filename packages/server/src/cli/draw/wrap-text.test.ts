import { expect, it } from "vitest";
import { wrapText } from "./wrap-text.ts";

it("breaks between words, and keeps a word that is too long whole", () => {
  expect(wrapText("one two three", 7)).toEqual(["one two", "three"]);
  expect(wrapText("日本 語", 6)).toEqual(["日本", "語"]);
  expect(wrapText("a unbreakable b", 5)).toEqual(["a", "unbreakable", "b"]);
  expect(wrapText("short", 80)).toEqual(["short"]);
});
