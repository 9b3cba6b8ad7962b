import { expect, test } from "vitest";
import { scheduleJobs } from "./schedule.ts";

test("a job runs again and again, and a failing one too", async () => {
  const failures: string[] = [];
  let runs = 0;
  const { promise: fourth, resolve } = Promise.withResolvers<void>();
  const stop = scheduleJobs(
    [
      {
        name: "odd",
        intervalMs: 1,
        delayMs: 0,
        async run() {
          runs += 1;
          if (runs === 4) resolve();
          if (runs % 2 === 1) throw new Error(`run ${runs}`);
        },
      },
    ],
    (name, error) => failures.push(`${name}: ${(error as Error).message}`),
  );
  await fourth;
  await stop();
  expect(failures.slice(0, 2)).toEqual(["odd: run 1", "odd: run 3"]);
});

test("stopping waits for the run that has begun, and starts no other", async () => {
  let ended = 0;
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  const stop = scheduleJobs(
    [
      {
        name: "slow",
        intervalMs: 0,
        delayMs: 0,
        async run() {
          begin();
          await gate;
          ended += 1;
        },
      },
    ],
    () => expect.unreachable(),
  );
  await begun;
  const stopped = stop();
  expect(ended).toBe(0);
  open();
  await stopped;
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(ended).toBe(1);
});
