/** A piece of work that is done again and again while the server runs. */
export interface Job {
  name: string;
  /** From the end of one run to the start of the next, in milliseconds. */
  intervalMs: number;
  /** Until the first run, in milliseconds. */
  delayMs: number;
  run(): Promise<void>;
}

/**
 * Runs each job on its own, never twice at once. A failure is told to `logFailure`, and the job goes on with its
 * next turn. Returns the function that stops: it resolves when no job is running any more.
 */
export function scheduleJobs(jobs: Job[], logFailure: (name: string, error: unknown) => void): () => Promise<void> {
  const running = new Set<Promise<void>>();
  const timers = new Map<Job, NodeJS.Timeout>();
  let stopped = false;

  const plan = (job: Job, delayMs: number) => {
    if (stopped) return;
    timers.set(job, setTimeout(() => void start(job), delayMs).unref());
  };
  const start = async (job: Job) => {
    const run = job.run().catch((error: unknown) => logFailure(job.name, error));
    running.add(run);
    await run;
    running.delete(run);
    plan(job, job.intervalMs);
  };

  for (const job of jobs) plan(job, job.delayMs);
  return async () => {
    stopped = true;
    for (const timer of timers.values()) clearTimeout(timer);
    await Promise.all(running);
  };
}
