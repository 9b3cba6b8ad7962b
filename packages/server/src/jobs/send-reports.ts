import type { Job } from "./schedule.ts";

const MINUTE_MS = 60_000;

/** Looks once a minute whether a scheduled report is due. */
export function sendReportsJob(send: () => Promise<void>): Job {
  return {
    name: "send-reports",
    intervalMs: MINUTE_MS,
    // not at once: the first seconds belong to whoever waits for the page
    delayMs: 10_000,
    run: send,
  };
}
