import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { expect, it } from "vitest";
import { allowToGiveBackMemory } from "./give-back-memory.ts";

/** A thread that says how large its heap is, before and after it has let go of 64 MB of strings. */
const THREAD = `
  import { parentPort, workerData } from "node:worker_threads";
  import { getHeapStatistics } from "node:v8";
  const { giveBackMemoryWhenIdle } = await import(workerData);
  giveBackMemoryWhenIdle(undefined, 200);
  let kept = Array.from({ length: 1_000_000 }, (_, i) => "a string of some length, number " + i.toString().repeat(4));
  kept.sort();
  parentPort.on("message", () => {
    kept = null;
    parentPort.postMessage(getHeapStatistics().total_physical_size);
  });
`;

it("gives back what a burst has taken, once the thread rests", { timeout: 60_000 }, async () => {
  allowToGiveBackMemory();
  const module = new URL("./give-back-memory.ts", import.meta.url).href;
  const thread = new Worker(new URL(`data:text/javascript,${encodeURIComponent(THREAD)}`), { workerData: module });
  const heapBytes = async () => {
    thread.postMessage("how much?", []);
    return ((await once(thread, "message")) as [number])[0];
  };
  try {
    const full = await heapBytes();
    expect(full).toBeGreaterThan(40_000_000);
    let rest = full;
    for (let i = 0; i < 400 && rest > full / 4; i++) {
      await sleep(100);
      rest = await heapBytes();
    }
    expect(rest).toBeLessThan(full / 4);
  } finally {
    await thread.terminate();
  }
});

/** A thread that is busy for a second, and then says at each interval of rest how large its heap is. */
const BUSY_THREAD = `
  import { parentPort, workerData } from "node:worker_threads";
  import { setImmediate as turn } from "node:timers/promises";
  import { getHeapStatistics } from "node:v8";
  const { giveBackMemoryWhenIdle } = await import(workerData);
  let kept = Array.from({ length: 1_000_000 }, (_, i) => "a string of some length, number " + i.toString().repeat(4));
  kept.sort();
  let isOver = false;
  const say = () => isOver && parentPort.postMessage(getHeapStatistics().total_physical_size);
  giveBackMemoryWhenIdle(say, 100);
  parentPort.on("message", () => "keeps the thread");
  for (const endMs = performance.now() + 1_000; performance.now() < endMs; ) await turn();
  kept = null;
  isOver = true;
`;

it(
  "keeps what a burst of work has taken until it has rested for long, and then gives it back",
  { timeout: 60_000 },
  async () => {
    allowToGiveBackMemory();
    const module = new URL("./give-back-memory.ts", import.meta.url).href;
    const thread = new Worker(new URL(`data:text/javascript,${encodeURIComponent(BUSY_THREAD)}`), {
      workerData: module,
    });
    try {
      const sizes: number[] = [];
      const isSmall = () => sizes.length > 0 && sizes.at(-1)! < sizes[0]! / 4;
      while (!isSmall()) sizes.push(((await once(thread, "message")) as [number])[0]);
      expect(sizes[0]).toBeGreaterThan(40_000_000);
      // of forty intervals some may not count as rest where others use the processor
      expect(sizes.length).toBeGreaterThan(20);
    } finally {
      await thread.terminate();
    }
  },
);
