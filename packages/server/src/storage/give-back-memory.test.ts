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
