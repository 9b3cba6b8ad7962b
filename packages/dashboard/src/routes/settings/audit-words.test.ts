import { expect, test } from "vitest";
import { aboutWhat, actorInWords } from "./audit-words.ts";

test.each([
  [{ id: "0197", name: "shop backend" }, "shop backend"],
  [{ id: "0197", email: "ada@example.com", change: { role: "viewer" } }, "ada@example.com"],
  [{ before: { id: "1", name: "Old" }, after: { id: "1", name: "New" } }, "New"],
  [{ limit: { id: "1", name: "Each team" } }, "Each team"],
  [{ limit: "Each team", override: { reason: "release" } }, "Each team"],
  [{ before: null, after: { provider: "groq", model: "llama" } }, "llama"],
  [{ before: { timeZone: "UTC" }, after: { timeZone: "Asia/Tokyo" } }, "timeZone"],
  [{ address: "127.0.0.1", with: "password" }, "password"],
  [{ id: "0197" }, "0197"],
  [{}, ""],
  [null, ""],
])("%j is about %s", (detail, words) => {
  expect(aboutWhat(detail)).toBe(words);
});

test("who it was reads as a name", () => {
  expect(actorInWords("person:ada@example.com")).toBe("ada@example.com");
  expect(actorInWords("cli")).toBe("cli");
});
