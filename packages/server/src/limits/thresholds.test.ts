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
  open.setNow((day += 7 * 86_400_000));
});

async function limit(amountUsd: number, rest: object = {}): Promise<string> {
  return (await open.limits.create({ name: "mine", amountUsd, period: "day", ...rest }, "test")).id;
}

async function spend(costUsd: number, rest: Parameters<typeof anEvent>[2] = {}): Promise<void> {
  await open.storage.appendEvents([anEvent(costUsd, open.now(), rest)]);
}

const seen = () => told.splice(0).map(({ state, percent }) => [state.value, percent]);

/** Counters that nobody asked for are loaded a moment later, and whether a threshold was told of before is looked up first. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 400));
  await open.limits.states(open.limits.list()[0]!.id);
  await new Promise((resolve) => setTimeout(resolve, 50));
}

it("thresholds are told of once, the highest of several, also over a restart and where nobody asked for a lease", async () => {
  const stop = open.limits.onThreshold((crossing) => told.push(crossing));
  await limit(10, { kind: "budget", each: "user" });
  await spend(7.5);
  await settled();
  await spend(0.5);
  await settled();
  expect(seen()).toEqual([["alice", 70]]);
  await spend(2);
  await spend(12, { user: "bob" });
  await settled();
  expect(seen().toSorted()).toEqual([
    ["alice", 100],
    ["bob", 100],
  ]);
  stop();
  await open.restart();
  const stopAgain = open.limits.onThreshold((crossing) => told.push(crossing));
  await spend(1);
  await settled();
  expect(seen()).toEqual([]);
  open.setNow(open.now() + 86_400_000);
  await spend(7);
  await settled();
  expect(seen()).toEqual([["alice", 70]]);
  stopAgain();
});

it("thresholds are told of again for another amount, and when a limit is made that is full already", async () => {
  const stop = open.limits.onThreshold((crossing) => told.push(crossing));
  await spend(9.5);
  const id = await limit(10);
  await settled();
  expect(seen()).toEqual([[null, 80]]);
  await open.limits.change(id, { amountUsd: 20 }, "test");
  await settled();
  await spend(7);
  await settled();
  expect(seen()).toEqual([[null, 80]]);
  stop();
});
