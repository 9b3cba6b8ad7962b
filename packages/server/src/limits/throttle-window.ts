const SECONDS = 60;

/** How many calls passed in the last minute, by whole seconds. */
export class ThrottleWindow {
  #counts = new Uint32Array(SECONDS);
  #second = 0;
  #total = 0;

  add(nowMs: number): void {
    this.#move(nowMs);
    this.#counts[this.#second % SECONDS]! += 1;
    this.#total += 1;
  }

  count(nowMs: number): number {
    this.#move(nowMs);
    return this.#total;
  }

  /** Seconds until at most `allowed` of them are left in the last minute. */
  secondsUntil(nowMs: number, allowed: number): number {
    let left = this.count(nowMs);
    for (let wait = 1; wait <= SECONDS; wait++) {
      left -= this.#counts[(this.#second + wait) % SECONDS]!;
      if (left <= allowed) return wait;
    }
    return SECONDS;
  }

  #move(nowMs: number): void {
    const second = Math.floor(nowMs / 1_000);
    // A clock that was set back: what was counted stays until it has caught up, or a minute of it has passed.
    if (second < this.#second && this.#second - second < SECONDS) return;
    if (Math.abs(second - this.#second) >= SECONDS) {
      this.#counts.fill(0);
      this.#total = 0;
    } else {
      for (let at = this.#second + 1; at <= second; at++) {
        this.#total -= this.#counts[at % SECONDS]!;
        this.#counts[at % SECONDS] = 0;
      }
    }
    this.#second = second;
  }
}

/** Calls a minute that are let through: all of `callsPerMinute` at `fromPercent`, evenly down to one at 100 %. */
export function allowedCallsPerMinute(
  { fromPercent, callsPerMinute }: { fromPercent: number; callsPerMinute: number },
  percent: number,
): number {
  if (percent < fromPercent) return Infinity;
  const way = Math.min((percent - fromPercent) / (100 - fromPercent), 1);
  return Math.round(callsPerMinute - (callsPerMinute - 1) * way);
}
