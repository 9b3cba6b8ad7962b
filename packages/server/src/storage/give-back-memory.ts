import { performance } from "node:perf_hooks";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { isMainThread } from "node:worker_threads";

const INTERVAL_MS = 3_000;
/** Of its time; below, a thread has nothing to do that a collection could hold up. */
const IDLE_SHARE = 0.01;
/** In intervals, after the start: as soon as it rests, and when it has rested from what runs by itself after a start. */
const FIRST_RESTS = [1, 10];
/** In intervals, ever after. A collection takes the code with it that was compiled for what is not at work: the next calls take twice as long for some seconds. */
const LONG_REST = 100;

/**
 * Gives memory back to the system when this thread rests after work: V8 itself keeps what a start or a burst took for
 * as long as nothing else is allocated. `giveBackMore` lets go of what is not V8's; it is called every few seconds of rest.
 * Ends with the thread, and keeps no process alive.
 */
export function giveBackMemoryWhenIdle(giveBackMore: () => void = () => {}, intervalMs = INTERVAL_MS): void {
  let before = performance.eventLoopUtilization();
  const firstRests = [...FIRST_RESTS];
  let rests = 0;
  setInterval(() => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    if (utilization > IDLE_SHARE) {
      rests = 0;
      return;
    }
    rests += 1;
    giveBackMore();
    if (rests !== (firstRests[0] ?? LONG_REST)) return;
    firstRests.shift();
    collectGarbage();
  }, intervalMs).unref();
}

/**
 * Makes it possible; without, `giveBackMemoryWhenIdle` leaves V8's memory alone. V8's flags belong to the whole process and
 * must not change while other threads run, so this comes before the first of them.
 */
export function allowToGiveBackMemory(): void {
  if (isAllowed || !isMainThread) return;
  isAllowed = true;
  // Node has no other way to ask for a collection, unless it was started with the flag.
  setFlagsFromString("--expose-gc");
}

let isAllowed = false;

function collectGarbage(): void {
  // A new context has what the flag brings, this one was made before.
  const collect = runInNewContext("globalThis.gc") as ((options: object) => void) | undefined;
  collect?.({ type: "major", execution: "sync", flavor: "last-resort" });
}
