import type { Job } from "./schedule.ts";

const MINUTE_MS = 60_000;

/** Looks once a minute whether somebody has to be told of something; each rule looks when its own time has come. */
export function evaluateAlertsJob(evaluate: () => Promise<void>): Job {
  return {
    name: "evaluate-alerts",
    intervalMs: MINUTE_MS,
    // not at once: the first seconds belong to whoever waits for the page
    delayMs: 5_000,
    run: evaluate,
  };
}
