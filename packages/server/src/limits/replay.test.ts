import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { call, openLedger, type OpenLedger } from "../ledger/open-ledger.fixture.ts";
import { recordCharges } from "../ledger/record-charges.ts";
import { recordUsage } from "../ledger/record-usage.ts";
import type { StoredEvent } from "../storage/storage.ts";
import { inOrderOfTime } from "./in-order-of-time.ts";
import type { Limit } from "./limit.ts";
import { parseLimit } from "./parse-limit.ts";
import { replayLimit } from "./replay.ts";

/** A Sunday. */
const NOW = "2026-11-22T12:00:00Z";
const MILLI = 1_000_000;

/** One for all tests: each has calls of a team of its own. */
let ledger: OpenLedger;
let team = 0;
beforeAll(async () => {
  ledger = await openLedger(NOW);
});
afterAll(() => ledger.close());
beforeEach(() => {
  team += 1;
});

const ofTeam = (items: Record<string, unknown>[]) => items.map((item) => ({ ...item, team: `team-${team}` }));

async function open(events: Record<string, unknown>[], charges: Record<string, unknown>[] = []): Promise<OpenLedger> {
  const { rejected } = await recordUsage(ledger, ofTeam(events));
  expect(rejected).toEqual([]);
  if (charges.length > 0) expect((await recordCharges(ledger, ofTeam(charges))).rejected).toEqual([]);
  return ledger;
}

/** A thousandth of a dollar for each call of 100 tokens; here so many thousandths. */
const spent = (at: string, milliUsd: number, rest: Record<string, unknown> = {}) =>
  call(`2026-11-${at}Z`, { usage: { outputTokens: 100 * milliUsd }, user: "ann", ...rest });

function limit(wanted: Record<string, unknown>): Limit {
  const nowMs = Date.parse(NOW);
  const filters = [`team:team-${team}`, ...((wanted["filters"] as string[] | undefined) ?? [])];
  const terms = parseLimit({ name: "tried", amountUsd: 0.01, period: "day", ...wanted, filters }, nowMs);
  return { ...terms, id: "tried", createdAtMs: nowMs, updatedAtMs: nowMs };
}

describe("what a limit would have done", () => {
  it("refuses what does not fit, and counts what that would have saved, and whom it hits", async () => {
    const opened = await open([
      spent("20T08:00:00", 6),
      spent("20T09:00:00", 3),
      // Does not fit any more: 6 + 3 + 4 > 10.
      spent("20T10:00:00", 4, { project: "shop" }),
      // Still does.
      spent("20T11:00:00", 1),
      spent("20T12:00:00", 2, { user: "ben" }),
      spent("21T00:00:00", 9),
    ]);
    const replay = await replayLimit(opened, limit({ each: "user" }), { days: 7 });
    expect(replay).toMatchObject({
      calls: 6,
      costNanoUsd: 25 * MILLI,
      refusedCalls: 1,
      savedNanoUsd: 4 * MILLI,
      warnedCalls: 0,
      throttledCalls: 0,
      swappedCalls: 0,
      firstRefusedAtMs: Date.parse("2026-11-20T10:00:00Z"),
      hitValues: [{ value: "ann", calls: 1, nanoUsd: 4 * MILLI }],
      hitValueCount: 1,
      complete: true,
    });
    expect(replay.hit.project).toEqual([{ value: "shop", calls: 1, nanoUsd: 4 * MILLI }]);
    expect(replay.fullest[0]).toEqual({
      value: "ann",
      startMs: Date.parse("2026-11-20T00:00:00Z"),
      spentNanoUsd: 10 * MILLI,
      amountNanoUsd: 10 * MILLI,
    });
  });

  it("only warns where the limit only warns, and a budget refuses nothing", async () => {
    const opened = await open([spent("20T08:00:00", 6), spent("20T09:00:00", 6)]);
    const warning = await replayLimit(opened, limit({ atLimit: "warn" }), { days: 7 });
    const budget = await replayLimit(opened, limit({ kind: "budget" }), { days: 7 });
    for (const replay of [warning, budget]) expect(replay).toMatchObject({ refusedCalls: 0, warnedCalls: 1 });
  });

  it("knows what had been spent in the period before the days begin, unless the limit starts then", async () => {
    const opened = await open([spent("02T08:00:00", 8), spent("21T08:00:00", 6)]);
    const whole = await replayLimit(opened, limit({ period: "month" }), { days: 2 });
    expect(whole).toMatchObject({ calls: 1, refusedCalls: 1, savedNanoUsd: 6 * MILLI });
    const fresh = await replayLimit(opened, limit({ period: "month", startsAt: "now" }), { days: 2 });
    expect(fresh).toMatchObject({ calls: 1, refusedCalls: 0 });
    const rolling = limit({ period: { unit: "week", rolling: true } });
    expect(await replayLimit(opened, rolling, { days: 2 })).toMatchObject({ calls: 1, refusedCalls: 0 });
  });

  it("lets go of what leaves a rolling period", async () => {
    const opened = await open([
      spent("20T08:00:00", 6),
      spent("21T07:30:00", 3),
      spent("21T07:40:00", 2),
      spent("21T08:20:00", 6),
    ]);
    const replay = await replayLimit(opened, limit({ period: { unit: "day", rolling: true } }), { days: 7 });
    // At 7:40 the six of the day before are still in; at 8:20 they are out.
    expect(replay).toMatchObject({ refusedCalls: 1, savedNanoUsd: 2 * MILLI });
  });

  it("turns its days over in the limit's zone", async () => {
    const opened = await open([spent("20T22:30:00", 6), spent("20T23:30:00", 6)]);
    const utc = await replayLimit(opened, limit({}), { days: 7 });
    const berlin = await replayLimit(opened, limit({ period: { unit: "day", timeZone: "Europe/Berlin" } }), {
      days: 7,
    });
    expect([utc.refusedCalls, berlin.refusedCalls]).toEqual([1, 0]);
  });

  it("carries over what the days before have left", async () => {
    const opened = await open([
      spent("18T08:00:00", 2),
      spent("19T08:00:00", 15),
      spent("20T08:00:00", 14),
      // Nothing on the 21st: with its ten there are twenty.
      spent("22T08:00:00", 20),
    ]);
    const replay = await replayLimit(opened, limit({ carryOver: true }), { days: 5 });
    // Eight and ten for the 19th, three and ten for the 20th; what was refused there is left for later.
    expect(replay).toMatchObject({ refusedCalls: 1, firstRefusedAtMs: Date.parse("2026-11-20T08:00:00Z") });
  });

  it("counts charges, which are never refused", async () => {
    const charge = { kind: "payment_fee", amountUsd: 0.009, occurredAt: "2026-11-20T07:00:00Z", user: "ann" };
    const opened = await open([spent("20T08:00:00", 2)], [charge]);
    expect(await replayLimit(opened, limit({ each: "user" }), { days: 7 })).toMatchObject({ refusedCalls: 1 });
    expect(await replayLimit(opened, limit({ filters: ["model:small"] }), { days: 7 })).toMatchObject({
      refusedCalls: 0,
    });
  });

  it("swaps to the cheaper model, and says what that saves", async () => {
    const tokens = { inputTokens: 4_000, cacheReadTokens: 0, outputTokens: 0 };
    const opened = await open([
      spent("20T08:00:00", 8),
      spent("20T09:00:00", 0, { usage: tokens, provider: "openai", model: "gpt-4o" }),
    ]);
    const models = { "gpt-4o": "gpt-4o-mini" };
    const tried = limit({ amountUsd: 0.02, enforcement: { swap: { fromPercent: 40, models } } });
    const replay = await replayLimit(opened, tried, { days: 7 });
    // 4,000 tokens at 2.50 and at 0.15 dollars for a million.
    expect(replay).toMatchObject({ swappedCalls: 1, swapSavedNanoUsd: 9_400_000, refusedCalls: 0 });
  });

  it("slows down, refuses models without a price, or counts them at a stand-in price, as the limit says", async () => {
    const events = [
      spent("20T08:00:00", 9),
      ...Array.from({ length: 5 }, (_, index) => spent(`20T08:10:0${index}`, 0, { usage: { outputTokens: 1 } })),
      spent("20T09:00:00", 1, { model: "nobody-knows", usage: { outputTokens: 1_000 } }),
    ];
    const opened = await open(events);
    // Three calls a minute at 75 %.
    const throttled = limit({ amountUsd: 0.012, enforcement: { throttle: { fromPercent: 50, callsPerMinute: 5 } } });
    expect(await replayLimit(opened, throttled, { days: 7 })).toMatchObject({ throttledCalls: 2, refusedCalls: 0 });
    const blocked = limit({ amountUsd: 1, enforcement: { unpriced: "block" } });
    expect(await replayLimit(opened, blocked, { days: 7 })).toMatchObject({ refusedCalls: 1, refusedUnpricedCalls: 1 });
    const standIn = limit({ enforcement: { unpriced: { standInUsdPerMillionTokens: 2 } } });
    expect(await replayLimit(opened, standIn, { days: 7 })).toMatchObject({ refusedCalls: 1, refusedUnpricedCalls: 0 });
  });

  it("reads only so many events, and says how far it came", async () => {
    const opened = await open([spent("20T08:00:00", 1), spent("20T09:00:00", 1), spent("20T10:00:00", 1)]);
    const replay = await replayLimit(opened, limit({}), { days: 7, maxEvents: 2 });
    expect(replay).toMatchObject({ calls: 2, complete: false, readToMs: Date.parse("2026-11-20T09:00:00Z") });
  });

  it("never saves more than was spent beyond the amount, whatever the calls", async () => {
    const calls = fc.array(
      fc.record({ hour: fc.integer({ min: 0, max: 23 }), milliUsd: fc.integer({ min: 0, max: 12 }) }),
      {
        minLength: 1,
        maxLength: 20,
      },
    );
    let run = 0;
    await fc.assert(
      fc.asyncProperty(calls, async (some) => {
        const user = `user-${++run}`;
        const events = some.map(({ hour, milliUsd }) =>
          spent(`20T${String(hour).padStart(2, "0")}:00:00`, milliUsd, { user }),
        );
        await open(events);
        const replay = await replayLimit(ledger, limit({ filters: [`user:${user}`] }), { days: 7 });
        expect(replay.calls).toBe(events.length);
        expect(replay.costNanoUsd - replay.savedNanoUsd).toBeLessThanOrEqual(10 * MILLI);
        // A call is only refused when it did not fit.
        if (replay.costNanoUsd <= 10 * MILLI) expect(replay.refusedCalls).toBe(0);
      }),
      { numRuns: 30 },
    );
  });
});

const event = (seq: number, occurredAtMs: number) => ({ seq, occurredAtMs }) as StoredEvent;
async function* pagesOf(events: StoredEvent[]) {
  for (let at = 0; at < events.length; at += 3) yield events.slice(at, at + 3);
}

describe("events in the order in which they occurred", () => {
  it("are sorted when none came later than are held back, and none is lost when one did", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 60 }), async (late) => {
        const events = late.map((by, seq) => event(seq, seq - by));
        const seen: StoredEvent[] = [];
        for await (const each of inOrderOfTime(pagesOf(events), 8)) seen.push(each);
        expect(seen.map(({ seq }) => seq)).toEqual(
          events.toSorted((a, b) => a.occurredAtMs - b.occurredAtMs || a.seq - b.seq).map(({ seq }) => seq),
        );
      }),
    );
    const veryLate = [...Array.from({ length: 40 }, (_, seq) => event(seq, 100 + seq)), event(40, 0)];
    const seen: number[] = [];
    for await (const { seq } of inOrderOfTime(pagesOf(veryLate), 8)) seen.push(seq);
    expect(seen.toSorted((a, b) => a - b)).toEqual(veryLate.map(({ seq }) => seq));
  });
});
