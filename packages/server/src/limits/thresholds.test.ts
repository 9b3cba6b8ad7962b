import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import type { ThresholdCrossing } from "./limits.ts";
import { anEvent, openLimitsFixture, type OpenLimits } from "./open-limits.fixture.ts";

let open: OpenLimits;
/** Each test has a day of its own: what others spent lies in other days. */
let day = Date.UTC(2026, 10, 1, 12);
const told: ThresholdCrossing[] = [];

beforeAll(async () => {
  open = await openLimitsFixture(new Date(day).toISOString());
});
afterAll(() => open.close());
afterEach(async () => {
  for (const { id } of open.limits.list()) await open.limits.remove(id, "test");
  told.length = 0;
  open.setNow((day += 7 * 86_400_000));
});

async function limit(amountUsd: number, rest: object = {}): Promise<string> {
  return (await open.limits.create({ name: "mine", amountUsd, period: "day", ...rest }, "test")).id;
}

async function spend(costUsd: number, rest: Parameters<typeof anEvent>[2] = {}): Promise<void> {
  await open.storage.appendEvents([anEvent(costUsd, open.now(), rest)]);
}

/** All that this test was told of up to now: counters that nobody asked for are loaded a moment later. */
const seen = () =>
  expect.poll(() => told.map(({ state, percent }) => `${state.value} ${percent}`).toSorted(), { timeout: 30_000 });

/** Long enough for what must not come; whatever takes longer is among what is seen next. */
const pause = () => new Promise((resolve) => setTimeout(resolve, 400));

it("thresholds are told of once, the highest of several, also over a restart and where nobody asked for a lease", async () => {
  const stop = open.limits.onThreshold((crossing) => told.push(crossing));
  await limit(10, { kind: "budget", each: "user" });
  await spend(7.5);
  await seen().toEqual(["alice 70"]);
  await spend(0.5);
  await pause();
  await spend(2);
  await spend(12, { user: "bob" });
  const first = ["alice 100", "alice 70", "bob 100"];
  await seen().toEqual(first);
  stop();
  await open.restart();
  const stopAgain = open.limits.onThreshold((crossing) => told.push(crossing));
  await spend(1);
  await pause();
  await seen().toEqual(first);
  open.setNow(open.now() + 86_400_000);
  await spend(7);
  await seen().toEqual(["alice 100", "alice 70", "alice 70", "bob 100"]);
  stopAgain();
});

it("thresholds are told of again for another amount, and when a limit is made that is full already", async () => {
  const stop = open.limits.onThreshold((crossing) => told.push(crossing));
  await spend(9.5);
  const id = await limit(10);
  await seen().toEqual(["null 80"]);
  await open.limits.change(id, { amountUsd: 20 }, "test");
  await pause();
  await seen().toEqual(["null 80"]);
  await spend(7);
  await seen().toEqual(["null 80", "null 80"]);
  stop();
});
