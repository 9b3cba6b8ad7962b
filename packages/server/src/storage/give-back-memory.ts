import { performance } from "node:perf_hooks";
import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

const INTERVAL_MS = 3_000;
/** Of its time; below, a thread has nothing to do that a collection could hold up. */
const IDLE_SHARE = 0.01;
/** Less is not worth a collection. */
const WORTHWHILE_BYTES = 2_000_000;

/**
 * Gives memory back to the system when this thread rests after work: V8 itself keeps what a start or a burst took for
 * as long as nothing else is allocated. `giveBackMore` lets go of what is not V8's; it is called every few seconds of rest.
 * Ends with the thread, and keeps no process alive.
 */
export function giveBackMemoryWhenIdle(giveBackMore: () => void = () => {}): void {
  let before = performance.eventLoopUtilization();
  let keptBytes = 0;
  setInterval(() => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    if (utilization > IDLE_SHARE) return;
    giveBackMore();
    if (heapBytes() < keptBytes + WORTHWHILE_BYTES) return;
    collectGarbage();
    keptBytes = heapBytes();
  }, INTERVAL_MS).unref();
}

function heapBytes(): number {
  return getHeapStatistics().total_physical_size;
}

/** Node has no other way to ask for it unless it is started with a flag; a new context has what the flag brings. */
function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as (options: object) => void;
  collect({ type: "major", execution: "sync", flavor: "last-resort" });
}
