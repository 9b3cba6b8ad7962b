import { expect, it } from "vitest";

import { Attempts, declaredAttempt } from "./attempts.ts";

const FIRST = { number: 1, call: null };
const long = (end: string) => `${"x".repeat(100_000)}${end}`;

it("knows the same request after a failure, for five minutes", () => {
  let nowMs = 0;
  const attempts = new Attempts(() => nowMs);
  attempts.failed("a", "id-1", FIRST);
  expect(attempts.find("a", null)).toEqual({ number: 2, call: "id-1" });
  attempts.failed("a", "id-2", { number: 2, call: "id-1" });
  expect(attempts.find("a", null)).toEqual({ number: 3, call: "id-1" });
  expect(attempts.find("b", null)).toEqual(FIRST);
  nowMs = 5 * 60_000 + 1;
  expect(attempts.find("a", null)).toEqual(FIRST);
});

it("believes a client that says which attempt it is", () => {
  const attempts = new Attempts();
  attempts.failed("a", "id-1", FIRST);
  expect(attempts.find("a", 1)).toEqual(FIRST);
  expect(attempts.find("a", 4)).toEqual({ number: 4, call: "id-1" });
  expect(attempts.find("b", 3)).toEqual({ number: 3, call: null });
  expect(declaredAttempt(new Headers({ "x-stainless-retry-count": "2" }))).toBe(3);
  expect(declaredAttempt(new Headers({ "x-stainless-retry-count": "many" }))).toBeNull();
  expect(declaredAttempt(new Headers())).toBeNull();
});

it("tells long requests apart by their ends, and forgets the oldest", () => {
  const attempts = new Attempts();
  attempts.failed(long("a"), "id-1", FIRST);
  expect(attempts.find(long("a"), null).call).toBe("id-1");
  expect(attempts.find(long("b"), null).call).toBeNull();
  for (let i = 0; i < 1_000; i += 1) attempts.failed(`other ${i}`, `id-${i}`, FIRST);
  expect(attempts.find(long("a"), null).call).toBeNull();
});
