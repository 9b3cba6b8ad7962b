import fc from "fast-check";
import { expect, test } from "vitest";
import type { StoredEvent, SumQuestion, SumRow } from "../storage/storage.ts";
import { findBlockStart, type BlockScope } from "./find-block-start.ts";
import { splitBlocks } from "./split-blocks.ts";

const MINUTE_MS = 60_000;
const FIRST_MS = Date.UTC(2026, 5, 1);

/** What the store would say of calls at these instants. */
function storeOf(calls: number[]): BlockScope["storage"] {
  return {
    async sum({ bucketStartsMs = [], endMs }: SumQuestion) {
      const rows = bucketStartsMs.flatMap((fromMs, bucket) => {
        const toMs = bucketStartsMs[bucket + 1] ?? endMs;
        const count = calls.filter((atMs) => atMs >= fromMs && atMs < toMs).length;
        return count === 0 ? [] : [{ bucket, key: [], sums: { calls: BigInt(count) } } as unknown as SumRow];
      });
      return { rows } as Awaited<ReturnType<BlockScope["storage"]["sum"]>>;
    },
    async *scanEvents({ startMs, endMs }) {
      yield calls.filter((atMs) => atMs >= startMs && atMs < endMs) as unknown as StoredEvent[];
    },
  };
}

const minutes = (step: number) => fc.integer({ min: 1, max: (6 * 1_440) / step }).map((count) => count * step);

test("blocks behind an instant are the same, read from the start that was found or from the beginning", async () => {
  // calls at the ends of blocks are where it could go wrong: many lie on full hours
  const calls = fc.array(fc.oneof(minutes(1), minutes(15), minutes(60)), { maxLength: 60 });
  const cases = fc.asyncProperty(calls, minutes(1), fc.constantFrom(1, 2, 5), async (times, atMinute, hours) => {
    const instants = times.map((time) => FIRST_MS + time * MINUTE_MS).toSorted((a, b) => a - b);
    const nowMs = FIRST_MS + atMinute * MINUTE_MS + 17;
    const lengthMs = hours * 3_600_000;
    const scope = { storage: storeOf(instants), filters: [], lengthMs, readLimit: Infinity };
    const startMs = await findBlockStart(scope, nowMs);
    const blocksFrom = (fromMs: number) =>
      splitBlocks(
        instants
          .filter((atMs) => atMs >= fromMs)
          .map((atMs) => ({
            atMs,
            inputTokens: 0,
            cacheWriteTokens: 0,
            cacheReadTokens: 0,
            outputTokens: 0,
            costNanoUsd: 0,
            model: "m",
          })),
        { lengthMs, nowMs },
      ).filter((block) => block.startMs >= nowMs || (block.calls !== null && block.isActive));
    expect(blocksFrom(startMs)).toEqual(blocksFrom(0));
  });
  // the call at 143:00 ends the block before, and that at 143:15 begins one at 143:00
  const atEnd: [number[], number, number] = [[8_520, 8_580, 8_595], 8_610, 1];
  await fc.assert(cases, { numRuns: 500, examples: [atEnd] });
});
