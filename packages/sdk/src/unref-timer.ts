/** Lets the process end although the timer is running. Browsers have numbers for timers, and nothing to wait for. */
export function unrefTimer<Timer>(timer: Timer): Timer {
  if (typeof timer === "object") (timer as { unref?: () => void }).unref?.();
  return timer;
}

/**
 * A timer that is set again and again and does not keep the process alive. Node sets an old one again several times
 * cheaper than it makes a new one, and the first call of a moment pays for that.
 */
export function alarm(ring: () => void, delayMs: number): { set(): void } {
  let timer: { refresh?: () => unknown } | null = null;
  return {
    set() {
      if (timer?.refresh) timer.refresh();
      else timer = unrefTimer(setTimeout(ring, delayMs)) as unknown as typeof timer;
    },
  };
}
