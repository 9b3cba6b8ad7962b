/** Lets the process end although the timer is running. Browsers have numbers for timers, and nothing to wait for. */
export function unrefTimer<Timer>(timer: Timer): Timer {
  if (typeof timer === "object") (timer as { unref?: () => void }).unref?.();
  return timer;
}
