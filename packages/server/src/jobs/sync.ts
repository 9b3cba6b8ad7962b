import type { Job } from "./schedule.ts";

const MINUTE_MS = 60_000;

/** Looks every few minutes which connection's time has come; without connections nobody is asked anything. */
export function syncJob(runDue: () => Promise<void>): Job {
  return {
    name: "sync",
    intervalMs: 5 * MINUTE_MS,
    // not at once: the first seconds belong to whoever waits for the page
    delayMs: 20_000,
    run: runDue,
  };
}
