import { expect, test } from "vitest";
import { sessionFilters } from "./sessions.ts";

test("follows one exact value of each dimension that sessions have", () => {
  expect(sessionFilters(["model:gpt-4o", "user:a:b", "agent:x\\*y"])).toEqual({
    applied: { model: "gpt-4o", user: "a:b", agent: "x*y" },
    ignored: [],
  });
});

test.each([
  ["a pattern", ["model:claude-*"]],
  ["an exclusion", ["!user:ann"]],
  ["those without a user", ["user:"]],
  ["what sessions do not have", ["status:error"]],
  ["one of several values", ["user:ann", "user:bob"]],
])("names what it cannot follow: %s", (_, filters) => {
  expect(sessionFilters(filters)).toEqual({ applied: {}, ignored: filters });
});

test("an exclusion beside a value leaves the value", () => {
  expect(sessionFilters(["user:ann", "!user:bob"])).toEqual({ applied: { user: "ann" }, ignored: ["!user:bob"] });
});
