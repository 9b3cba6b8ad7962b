import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import fc from "fast-check";
import { expect, it, onTestFinished } from "vitest";

import { openSqliteStorage } from "../storage/sqlite/sqlite-storage.ts";
import type { Storage } from "../storage/storage.ts";
import { openLearnedSizes, type LearnedSizes } from "./learned-sizes.ts";
import { SizeSketch } from "./size-sketch.ts";

const route = { provider: "openai", operation: "chat", model: "gpt-5" };

async function openStorage(dataDir: string): Promise<Storage> {
  return openSqliteStorage({ dataDir });
}

function learn(sizes: LearnedSizes, outputTokens: number, times: number): void {
  const call = { usage: { inputTokens: 250, outputTokens }, choices: 1, textBytes: 1_024 };
  for (let i = 0; i < times; i += 1) sizes.learn(route, call);
}

it("knows what calls of a route stay below once twenty were seen, and keeps it across restarts", async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "outlay-sizes-"));
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  const storage = await openStorage(dataDir);
  const sizes = await openLearnedSizes(storage);
  learn(sizes, 500, 19);
  expect(sizes.size(route, "outputTokens", 0.95)).toBeNull();
  expect(sizes.size(route, "outputTokens", 1)).toBeGreaterThanOrEqual(500);
  learn(sizes, 8_000, 1);
  expect(sizes.size({ ...route, model: "other" }, "outputTokens", 0.95)).toBeNull();
  await sizes.close();
  await storage.close();

  const again = await openStorage(dataDir);
  const kept = await openLearnedSizes(again);
  expect(kept.size(route, "outputTokens", 0.95)).toBeGreaterThanOrEqual(500);
  expect(kept.size(route, "outputTokens", 0.95)).toBeLessThan(600);
  expect(kept.size(route, "outputTokens", 1)).toBeGreaterThanOrEqual(8_000);
  expect(kept.size(route, "inputTokensPerKilobyte", 0.95)).toBeGreaterThanOrEqual(250);
  // What is newer weighs more.
  learn(kept, 3_000, 2_000);
  expect(kept.size(route, "outputTokens", 0.5)).toBeGreaterThanOrEqual(3_000);
  await kept.close();
  await again.close();
});

it("takes up nothing that it has not written itself", async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "outlay-sizes-"));
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  const storage = await openStorage(dataDir);
  for (const document of [null, 5, { "openai chat gpt-5": { outputTokens: [["a", 1]] } }, { "openai chat gpt-5": 7 }]) {
    await storage.putDocument("limits/learned-sizes", document);
    const sizes = await openLearnedSizes(storage);
    expect(sizes.size(route, "outputTokens", 1)).toBeNull();
    await sizes.close();
  }
  await storage.close();
});

it("a quantile is never below the truth, and at most a tenth above it", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 10_000_000 }), { minLength: 1, maxLength: 300 }),
      fc.constantFrom(0.5, 0.95, 1),
      (values, q) => {
        const sketch = new SizeSketch();
        for (const value of values) sketch.add(value);
        const allowedAbove = values.length * (1 - q);
        const estimate = sketch.quantile(q)!;
        expect(values.filter((value) => value > estimate * 1.000001).length).toBeLessThanOrEqual(allowedAbove);
        const largest = Math.max(...values);
        expect(estimate).toBeLessThanOrEqual(largest * 1.1 * 1.000001);
        expect(SizeSketch.load(sketch.save())!.quantile(q)).toBe(estimate);
      },
    ),
  );
});
