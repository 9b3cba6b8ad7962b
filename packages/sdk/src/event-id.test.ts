import { expect, it } from "vitest";

import { newEventId } from "./event-id.ts";

it("makes UUIDs of version 7 in the order of their making, also within a millisecond", () => {
  const ids = Array.from({ length: 10_000 }, (_, index) => newEventId(1_795_000_000_000 + Math.floor(index / 3_000)));
  for (const id of ids) expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  expect(ids.toSorted()).toEqual(ids);
  expect(Number.parseInt(ids[0]!.replace("-", "").slice(0, 12), 16)).toBe(1_795_000_000_000);
});

it("never makes the same twice, whatever the clock does", () => {
  const clock = [5_000, 4_000, 5_000, 4_000, 1e15, 0, -1, 0.5, 5_000];
  const ids = clock.flatMap((nowMs) => Array.from({ length: 5_000 }, () => newEventId(nowMs)));
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toHaveLength(36);
});
