import { performance } from "node:perf_hooks";
import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { isMainThread } from "node:worker_threads";

const INTERVAL_MS = 3_000;
/** Of its time; below, a thread has nothing to do that a collection could hold up. */
const IDLE_SHARE = 0.01;
/** As much work, in intervals, of so many intervals is a burst, after which more will come: three seconds of nine. */
const BURST = 1;
const BURST_INTERVALS = 3;
/**
 * So many intervals are two minutes: until then nothing is collected after a burst. A collection takes the compiled code of
 * what is not at work with it, and the next calls would take twice as long for some seconds.
 */
const BURST_PAUSE = 40;
/** So many intervals are a minute: then what was compiled may go, too. */
const LONG_REST = 20;
/** Less is not worth a collection. */
const WORTHWHILE_BYTES = 2_000_000;

/**
 * Gives memory back to the system when this thread rests after work: V8 itself keeps what a start or a burst took for
 * as long as nothing else is allocated. `giveBackMore` lets go of what is not V8's; it is called every few seconds of rest.
 * Ends with the thread, and keeps no process alive.
 */
export function giveBackMemoryWhenIdle(giveBackMore: () => void = () => {}, intervalMs = INTERVAL_MS): void {
  let before = performance.eventLoopUtilization();
  let keptBytes = 0;
  let rests = 0;
  const burst = new Burst();
  /** At the start, of which little is needed again, and when nothing has been asked for long. */
  let mayForgetCode = true;
  setInterval(() => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    burst.note(utilization);
    rests = utilization > IDLE_SHARE ? 0 : rests + 1;
    if (rests === 0) return;
    giveBackMore();
    if (rests === LONG_REST) mayForgetCode = true;
    if (burst.isRecent || (!mayForgetCode && heapBytes() < keptBytes + WORTHWHILE_BYTES)) return;
    collectGarbage(mayForgetCode ? "last-resort" : "regular");
    mayForgetCode = false;
    keptBytes = heapBytes();
  }, intervalMs).unref();
}

/** Whether a thread has had much to do for some time, not long ago. */
class Burst {
  readonly #shares: number[] = [];
  #since = Infinity;

  note(utilization: number): void {
    this.#shares.push(utilization);
    if (this.#shares.length > BURST_INTERVALS) this.#shares.shift();
    const work = this.#shares.reduce((sum, share) => sum + share, 0);
    this.#since = work >= BURST ? 0 : this.#since + 1;
  }

  get isRecent(): boolean {
    return this.#since < BURST_PAUSE;
  }
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

function heapBytes(): number {
  return getHeapStatistics().total_physical_size;
}

function collectGarbage(flavor: "regular" | "last-resort"): void {
  // A new context has what the flag brings, this one was made before.
  const collect = runInNewContext("globalThis.gc") as ((options: object) => void) | undefined;
  collect?.({ type: "major", execution: "sync", flavor });
}
