import { expect, it } from "vitest";
import { Recent } from "./recent.ts";

it("keeps what was set last: at most the maximum, at least half of it", () => {
  const recent = new Recent<number>(10);
  for (let i = 0; i < 100; i += 1) {
    recent.set(`key ${i}`, i);
    const kept = Array.from({ length: i + 1 }, (_, key) => recent.get(`key ${key}`)).filter(
      (value) => value !== undefined,
    );
    expect(kept.length).toBeLessThanOrEqual(10);
    expect(kept.slice(-5)).toEqual([i - 4, i - 3, i - 2, i - 1, i].filter((value) => value >= 0));
  }
});

it("gives the value set last, however often its key was set", () => {
  const recent = new Recent<string>(4);
  recent.set("a", "old");
  for (const other of ["b", "c"]) recent.set(other, other);
  recent.set("a", "new");
  for (const other of ["d", "e"]) {
    recent.set(other, other);
    expect(recent.get("a")).toBe("new");
    recent.set("a", "new");
  }
});
