import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { overlayStorage } from "../storage/overlay-storage.ts";
import type { Verdict } from "./limit.ts";
import { openLimits } from "./limits.ts";
import { aCall, aCharge, anEvent, openLimitsFixture, passed, refused, type OpenLimits } from "./open-limits.fixture.ts";

const MINUTE_MS = 60_000;
let open: OpenLimits;
/** Each test has a day of its own: what others spent lies in other days. */
let day = Date.UTC(2026, 10, 1, 12);

beforeAll(async () => {
  open = await openLimitsFixture(new Date(day).toISOString());
});
afterAll(() => open.close());
afterEach(async () => {
  for (const { id } of open.limits.list()) await open.limits.remove(id, "test");
  for (const { id } of open.limits.openLeases()) open.limits.leaseById(id)?.release();
  open.setNow((day += 7 * 86_400_000));
});

const strict = { enforcement: { strict: true } };

async function limit(amountUsd: number, rest: object = {}): Promise<string> {
  return (await open.limits.create({ name: "mine", amountUsd, period: "day", ...strict, ...rest }, "test")).id;
}

async function spend(costUsd: number | null, rest: Parameters<typeof anEvent>[2] = {}): Promise<void> {
  await open.storage.appendEvents([anEvent(costUsd, open.now(), rest)]);
}

async function used(id: string, value?: string): Promise<[spentUsd: number, leasedUsd: number]> {
  const [state] = await open.limits.states(id, value);
  return [state!.spentNanoUsd / 1e9, state!.leasedNanoUsd / 1e9];
}

const zone = (unit: string, timeZone: string) => limit(10, { period: { unit, timeZone } });

/** What becomes of a call whose model has no price, and of one that was made before. */
const unpriced = async (enforcement: object) => {
  const id = await limit(10, { enforcement });
  await spend(null);
  const call = aCall(null, { worstCase: { mostNanoUsd: null, likelyNanoUsd: null, mostTokens: 2_000 } });
  const verdict = await open.limits.lease(call);
  const found = [codeOf(verdict), ...(await used(id))];
  await open.limits.remove(id, "test");
  return found;
};

const swappable = () => ({
  ...aCall(5),
  worstCaseOf: () => ({ mostNanoUsd: 0.4e9, likelyNanoUsd: null, mostTokens: 100 }),
});

const codeOf = (verdict: Verdict) => (verdict.kind === "pass" ? "pass" : verdict.code);

describe("a lease", () => {
  it("lets exactly 37 of 500 calls pass that ask at the same time, when there is room for 37", async () => {
    const id = await limit(37.5);
    const verdicts = await Promise.all(Array.from({ length: 500 }, () => open.limits.lease(aCall(1))));
    expect(verdicts.filter(({ kind }) => kind === "pass")).toHaveLength(37);
    expect(await used(id)).toEqual([0, 37]);
  });

  it("is given without waiting once the counters are in memory, and settled by its event", async () => {
    const id = await limit(10);
    await open.limits.states(id);
    const call = aCall(4);
    const verdict = open.limits.lease(call);
    expect(verdict).not.toBeInstanceOf(Promise);
    expect(passed(await verdict).lease.leasedNanoUsd).toBe(4e9);
    await spend(1.25, { id: call.eventId });
    expect(await used(id)).toEqual([1.25, 0]);
    expect(open.limits.openLeases()).toEqual([]);
  });

  it("is refused with all that the caller has to know, and kept to be explained", async () => {
    const id = await limit(10, { filters: ["user:alice"] });
    await spend(7);
    const running = aCall(2);
    passed(await open.limits.lease(running));
    const call = aCall(1.5);
    const verdict = refused(await open.limits.lease(call));
    const resetsAtMs = Math.floor(open.now() / 86_400_000 + 1) * 86_400_000;
    const state = {
      limitId: id,
      name: "mine",
      value: null,
      scope: "user alice, a day",
      amountNanoUsd: 10e9,
      spentNanoUsd: 7e9,
      leasedNanoUsd: 2e9,
      resetsAtMs,
    };
    expect(verdict).toMatchObject({
      code: "limit_exceeded",
      limit: state,
      wantedNanoUsd: 1.5e9,
      retryAfterSeconds: 12 * 3_600,
    });
    await open.restart();
    expect(open.limits.refusal(verdict.refusalId)).toMatchObject({
      code: "limit_exceeded",
      limit: state,
      call: { eventId: call.eventId, model: "gpt-5" },
      period: { startMs: resetsAtMs - 86_400_000, endMs: resetsAtMs },
      filters: [{ dimension: "user", values: ["alice"] }],
      leases: [{ eventId: running.eventId, nanoUsd: 2e9 }],
    });
    open.setNow(open.now() + 25 * 60 * MINUTE_MS);
    expect(open.limits.refusal(verdict.refusalId)).toBeNull();
  });

  it("says that waiting does not help a call that costs more than the limit has", async () => {
    await limit(1);
    expect(refused(await open.limits.lease(aCall(2)))).toMatchObject({ retryAfterSeconds: null });
  });

  it("can be raised as far as there is room, and what it did not need is free again", async () => {
    const id = await limit(10);
    const { lease } = passed(await open.limits.lease(aCall(4)));
    const other = passed(await open.limits.lease(aCall(4))).lease;
    expect([lease.raiseTo(6), lease.raiseTo(6.5), lease.raiseTo(3)]).toEqual([true, true, true]);
    expect([lease.raiseTo(6e9), lease.raiseTo(6.1e9)]).toEqual([true, false]);
    expect(await used(id)).toEqual([0, 10]);
    other.release();
    expect(lease.raiseTo(6.1e9)).toBe(true);
    expect(await used(id)).toEqual([0, 6.1]);
  });

  it("expires when its owner is not heard of, and comes back with it", async () => {
    const id = await limit(10);
    const { lease } = passed(await open.limits.lease(aCall(8)));
    open.setNow(open.now() + 10 * MINUTE_MS);
    lease.renew();
    open.setNow(open.now() + 10 * MINUTE_MS);
    expect(await used(id)).toEqual([0, 8]);
    open.setNow(open.now() + 6 * MINUTE_MS);
    expect(await used(id)).toEqual([0, 0]);
    expect(open.limits.leaseById(lease.id)).toBeNull();
    lease.renew();
    expect(await used(id)).toEqual([0, 8]);
    expect(open.limits.leaseById(lease.id)).not.toBeNull();
  });

  it("counts an event whose lease has expired, and an expired lease does not come back after it", async () => {
    const id = await limit(10);
    const call = aCall(8);
    const { lease } = passed(await open.limits.lease(call));
    open.setNow(open.now() + 16 * MINUTE_MS);
    expect(await used(id)).toEqual([0, 0]);
    await spend(5, { id: call.eventId });
    expect(await used(id)).toEqual([5, 0]);
    lease.release();
    expect(await used(id)).toEqual([5, 0]);
  });

  it("is one for each event: asking again replaces it, and when that is refused it stays", async () => {
    const id = await limit(10);
    const call = aCall(6);
    const { lease } = passed(await open.limits.lease(call));
    const dearer = { ...call, worstCase: { ...call.worstCase, mostNanoUsd: 9e9 } };
    expect(passed(await open.limits.lease(dearer)).lease.id).toBe(lease.id);
    expect(await used(id)).toEqual([0, 9]);
    const tooDear = { ...call, worstCase: { ...call.worstCase, mostNanoUsd: 11e9 } };
    refused(await open.limits.lease(tooDear));
    expect(await used(id)).toEqual([0, 9]);
  });

  it("outlives a kill until its time is over, unless its event was stored", async () => {
    const id = await limit(10);
    const [running, over] = [aCall(3), aCall(4)];
    const { lease } = passed(await open.limits.lease(running));
    passed(await open.limits.lease(over));
    expect(lease.raiseTo(3.5e9)).toBe(true);
    await open.crash();
    expect(await used(id)).toEqual([0, 7.5]);
    await spend(1, { id: over.eventId });
    await open.crash();
    expect(await used(id)).toEqual([1, 3.5]);
    open.setNow(open.now() + 16 * MINUTE_MS);
    await open.crash();
    expect(await used(id)).toEqual([1, 0]);
  });

  it("goes on in memory while the journal cannot be written, says so once, and is written as soon as that works", async () => {
    const id = await limit(10);
    const { failures } = open;
    await open.restart();
    const obstacle = join(open.dataDir, "leases.journal.new");
    mkdirSync(obstacle);
    passed(await open.limits.lease(aCall(3)));
    passed(await open.limits.lease(aCall(3)));
    refused(await open.limits.lease(aCall(5)));
    expect(failures.splice(0)).toHaveLength(1);
    rmSync(obstacle, { recursive: true });
    open.setNow(open.now() + 2_000);
    passed(await open.limits.lease(aCall(1)));
    await open.crash();
    expect(await used(id)).toEqual([0, 7]);
  });

  it("can be checked without setting anything aside", async () => {
    const id = await limit(10);
    expect(await open.limits.check(aCall(9))).toMatchObject({ kind: "pass", wantedNanoUsd: 9e9 });
    expect(await open.limits.check(aCall(11))).toMatchObject({ kind: "refused", code: "limit_exceeded" });
    expect(await used(id)).toEqual([0, 0]);
  });
});

describe("what counts", () => {
  it("is there after a restart, whoever recorded it", async () => {
    const id = await limit(10);
    await spend(9.5, { source: "otlp" });
    await open.restart();
    expect(await used(id)).toEqual([9.5, 0]);
    expect(codeOf(await open.limits.lease(aCall(1)))).toBe("limit_exceeded");
  });

  it("is charges too, but never revenue, where charges can say whose they are", async () => {
    const everything = await limit(100, { filters: [] });
    const project = await limit(100, { filters: ["project:shop"] });
    const model = await limit(100, { filters: ["model:gpt-*"] });
    await spend(1, { project: "shop" });
    await open.limits.lease(aCall(1));
    const charge = aCharge(20, open.now(), { project: "shop" });
    await open.storage.appendCharges([charge, aCharge(7, open.now(), { kind: "revenue", project: "shop" })]);
    await open.storage.appendCharges([charge, aCharge(-2, open.now(), { kind: "credit" })]);
    expect([await used(everything), await used(project), await used(model)]).toEqual([
      [19, 1],
      [21, 0],
      [1, 1],
    ]);
  });

  it("can begin with the limit, or include what was spent before it", async () => {
    await spend(6);
    open.setNow(open.now() + 1);
    const fresh = await limit(10, { startsAt: "now" });
    const whole = await limit(10);
    await spend(1);
    expect([await used(fresh), await used(whole)]).toEqual([
      [1, 0],
      [7, 0],
    ]);
  });

  it("begins anew at midnight in the limit's own zone, and with the month's first day there", async () => {
    open.setNow("2026-03-31T21:30:00Z");
    const ids = [await zone("day", "Europe/Berlin"), await zone("day", "UTC"), await zone("month", "America/New_York")];
    const all = () => Promise.all(ids.map(async (id) => (await used(id))[0]));
    await spend(3);
    expect(await all()).toEqual([3, 3, 3]);
    // In Berlin it is midnight; the clocks went forward three days ago.
    open.setNow("2026-03-31T22:00:00Z");
    expect(await all()).toEqual([0, 3, 3]);
    await spend(1);
    open.setNow("2026-04-01T03:59:59.999Z");
    expect(await all()).toEqual([1, 0, 4]);
    open.setNow("2026-04-01T04:00:00Z");
    expect(await all()).toEqual([1, 0, 0]);
    open.setNow("2026-03-31T21:59:59.999Z");
    expect(await all()).toEqual([3, 4, 4]);
  });

  it("is set aside on both sides of midnight, and counts in the period in which it occurred", async () => {
    const id = await limit(10);
    const midnightMs = Math.floor(open.now() / 86_400_000 + 1) * 86_400_000;
    open.setNow(midnightMs - 1_000);
    const call = aCall(6);
    passed(await open.limits.lease(call));
    open.setNow(midnightMs + 1_000);
    expect(await used(id)).toEqual([0, 6]);
    await open.storage.appendEvents([anEvent(5, midnightMs - 1_000, { id: call.eventId })]);
    expect(await used(id)).toEqual([0, 0]);
    open.setNow(midnightMs - 500);
    expect(await used(id)).toEqual([5, 0]);
  });

  it("leaves a rolling period a quarter-hour after the other, and says when there is room again", async () => {
    const id = await limit(10, { period: { unit: "day", rolling: true } });
    const startMs = open.now();
    await spend(6);
    open.setNow(startMs + 3 * 3_600_000);
    await spend(3);
    const verdict = refused(await open.limits.lease(aCall(4)));
    expect(verdict.limit.resetsAtMs).toBe(startMs + 24 * 3_600_000);
    open.setNow(verdict.limit.resetsAtMs! - 1);
    expect(await used(id)).toEqual([9, 0]);
    open.setNow(verdict.limit.resetsAtMs!);
    expect(await used(id)).toEqual([3, 0]);
    passed(await open.limits.lease(aCall(4)));
  });

  it("carries over what earlier periods left, from the first one on, but no debts", async () => {
    const id = await limit(10, { carryOver: true });
    const amount = async () => (await open.limits.states(id))[0]!.amountNanoUsd / 1e9;
    const nextDay = () => open.setNow(open.now() + 86_400_000);
    expect(await amount()).toBe(10);
    await spend(4);
    nextDay();
    expect(await amount()).toBe(16);
    nextDay();
    expect(await amount()).toBe(26);
    await spend(50);
    nextDay();
    expect(await amount()).toBe(10);
    await open.storage.appendEvents([anEvent(-0, open.now() - 3 * 86_400_000), anEvent(1, open.now() - 86_400_000)]);
    expect(await amount()).toBe(10);
  });

  it("is each value's own, and of a session its own whatever the day", async () => {
    const users = await limit(10, { each: "user" });
    const sessions = await limit(2, { period: "session" });
    await spend(9.5, { session: "s-1" });
    await spend(3, { user: "bob", session: "s-2" });
    const calls = [
      aCall(1),
      aCall(1, { dimensions: { user: "bob" } }),
      aCall(1, { dimensions: {} }),
      aCall(1, { dimensions: { session: "s-1" } }),
      aCall(1, { dimensions: { session: "s-3" } }),
    ];
    const verdicts = await Promise.all(calls.map((call) => open.limits.lease(call)));
    expect(verdicts.map(codeOf)).toEqual(["limit_exceeded", "pass", "pass", "limit_exceeded", "pass"]);
    expect(refused(verdicts[3]!).limit).toMatchObject({ scope: "session s-1", resetsAtMs: null });
    expect(refused(verdicts[3]!).retryAfterSeconds).toBeNull();
    expect((await open.limits.states(users)).map(({ value, spentNanoUsd }) => [value, spentNanoUsd / 1e9])).toEqual([
      ["alice", 9.5],
      ["bob", 3],
    ]);
    expect((await open.limits.states(sessions)).map(({ value }) => value)).toEqual(["s-1", "s-2", "s-3"]);
    expect((await open.limits.statesFor({ user: "bob", session: "s-2" }, {})).map(({ value }) => value)).toEqual([
      "bob",
      "s-2",
    ]);
  });

  it("moves with revisions, removals and repricing", async () => {
    const id = await limit(10);
    const event = anEvent(4, open.now());
    const { seqs } = await open.storage.appendEvents([event]);
    expect(await used(id)).toEqual([4, 0]);
    await open.storage.rerateEvents([{ ...event, seq: seqs[0]!, costNanoUsd: 3e9 }]);
    expect(await used(id)).toEqual([3, 0]);
    await open.storage.reviseEvents([{ id: event.id, event: { ...event, costNanoUsd: 6e9 } }]);
    expect(await used(id)).toEqual([6, 0]);
    await open.storage.reviseEvents([{ id: event.id, event: null }]);
    expect(await used(id)).toEqual([0, 0]);
  });
});

describe("a store that does not answer", () => {
  it("is said to who asks, and asked again by the next one", async () => {
    let isDown = true;
    const storage = overlayStorage(open.storage, {
      sum: (question) => (isDown ? Promise.reject(new Error("disk on fire")) : open.storage.sum(question)),
    });
    const id = await limit(10);
    const dataDir = mkdtempSync(join(open.dataDir, "other-"));
    const { limits } = await openLimits({ storage, dataDir, now: open.now, timeZone: "UTC" });
    await expect(limits.lease(aCall(1))).rejects.toThrow("disk on fire");
    await expect(limits.states(id)).rejects.toThrow("disk on fire");
    isDown = false;
    passed(await limits.lease(aCall(1)));
    await limits.close();
  });

  it("knows only what has not expired, where single events have to be read", async () => {
    const both = { filters: ["user:zoe", "agent:bot"], period: "total" };
    const id = await limit(10, both);
    const event = (costUsd: number, daysAgo: number) =>
      anEvent(costUsd, open.now() - daysAgo * 86_400_000, { user: "zoe", agent: "bot" });
    await open.storage.appendEvents([event(3, 40), event(2, 1)]);
    expect(await used(id)).toEqual([5, 0]);
    await open.storage.expireEvents(open.now() - 30 * 86_400_000);
    expect(await used(id)).toEqual([5, 0]);
    await open.restart();
    expect(await used(id)).toEqual([2, 0]);
  });
});

describe("what a limit does", () => {
  it("lets free models pass when it is used up, with nothing set aside", async () => {
    const id = await limit(1);
    await spend(2);
    expect(passed(await open.limits.lease(aCall(0))).lease.leasedNanoUsd).toBe(0);
    expect(codeOf(await open.limits.lease(aCall(0.000_000_001)))).toBe("limit_exceeded");
    expect(await used(id)).toEqual([2, 0]);
  });

  it("refuses models without a price, counts them at a stand-in price, or lets them pass", async () => {
    expect(await unpriced({ strict: true })).toEqual(["unpriced_model", 0, 0]);
    expect(await unpriced({})).toEqual(["pass", 0, 0]);
    expect(await unpriced({ unpriced: { standInUsdPerMillionTokens: 1_000 } })).toEqual(["pass", 3, 2]);
    expect(await unpriced({ unpriced: { standInUsdPerMillionTokens: "2500" } })).toEqual(["limit_exceeded", 10, 0]);
  });

  it("sets aside what such calls have cost, or strictly the most that they can", async () => {
    const learned = { mostNanoUsd: 4e9, likelyNanoUsd: 0.2e9, mostTokens: 64_000 };
    const loose = await limit(25, { enforcement: {} });
    const calls = Array.from({ length: 50 }, () => open.limits.lease(aCall(0, { worstCase: learned })));
    expect((await Promise.all(calls)).every(({ kind }) => kind === "pass")).toBe(true);
    expect(await used(loose)).toEqual([0, 10]);
    await limit(25);
    const again = Array.from({ length: 50 }, () => open.limits.lease(aCall(0, { worstCase: learned })));
    expect((await Promise.all(again)).filter(({ kind }) => kind === "pass")).toHaveLength(6);
  });

  it("only warns where it was told to, and tells of thresholds that are passed", async () => {
    const id = await limit(10, { atLimit: "warn", enforcement: null });
    expect(passed(await open.limits.lease(aCall(1))).warnings).toEqual([]);
    await spend(8);
    expect(passed(await open.limits.lease(aCall(20))).warnings).toMatchObject([{ limitId: id, spentNanoUsd: 8e9 }]);
  });

  it("lets fewer calls a minute through as its end nears, and one at least", async () => {
    await limit(100, { atLimit: "throttle", enforcement: { throttle: { fromPercent: 50, callsPerMinute: 11 } } });
    const passes = async () => {
      open.setNow(open.now() + 61_000);
      const verdicts = [];
      for (let call = 0; call < 15; call++) verdicts.push(await open.limits.lease(aCall(0.000_001)));
      for (const { id } of open.limits.openLeases()) open.limits.leaseById(id)!.release();
      return verdicts.filter(({ kind }) => kind === "pass").length;
    };
    expect(await passes()).toBe(15);
    await spend(50);
    expect(await passes()).toBe(11);
    await spend(25);
    expect(await passes()).toBe(6);
    await spend(24.9);
    expect(await passes()).toBe(1);
    const verdict = refused(await open.limits.lease(aCall(0.001)));
    expect(verdict).toMatchObject({ code: "rate_limited", retryAfterSeconds: 60 });
    open.setNow(open.now() + 60_000);
    passed(await open.limits.lease(aCall(0.001)));
  });

  it("swaps models from a point on, with the cost and the limits of the other one", async () => {
    const swap = { models: { "gpt-5": "gpt-5-mini" } };
    const id = await limit(10, { enforcement: { strict: true, swap } });
    const mini = await limit(1, { filters: ["model:gpt-5-mini"] });
    await spend(4);
    expect(passed(await open.limits.lease(swappable())).swappedModel).toBeNull();
    expect(passed(await open.limits.lease(swappable())).swappedModel).toBe("gpt-5-mini");
    expect([await used(id), await used(mini)]).toEqual([
      [4, 5.4],
      [0, 0.4],
    ]);
    expect(passed(await open.limits.lease(swappable())).swappedModel).toBe("gpt-5-mini");
    expect(refused(await open.limits.lease(swappable())).limit.limitId).toBe(mini);
  });

  it("does nothing while it is switched off, and knows what was spent when it is on again", async () => {
    const id = await limit(10, { enabled: false });
    await used(id);
    await spend(9);
    passed(await open.limits.lease(aCall(5)));
    await open.limits.change(id, { enabled: true }, "test");
    expect(await used(id)).toEqual([9, 0]);
    expect(codeOf(await open.limits.lease(aCall(5)))).toBe("limit_exceeded");
  });

  it("is refused by the limit that lasts longest", async () => {
    await limit(1);
    const month = await limit(1, { period: "month" });
    expect(refused(await open.limits.lease(aCall(2))).limit.limitId).toBe(month);
  });

  it("keeps its leases when its amount changes, and counts anew when what it counts does", async () => {
    const id = await limit(10);
    const { lease } = passed(await open.limits.lease(aCall(4)));
    await spend(2);
    await spend(3, { user: "bob" });
    await open.limits.change(id, { amountUsd: 5 }, "test");
    expect(await used(id)).toEqual([5, 4]);
    await open.limits.change(id, { filters: ["user:bob"] }, "test");
    expect(await used(id)).toEqual([3, 4]);
    lease.release();
    expect(await used(id)).toEqual([3, 0]);
  });
});

describe("an override", () => {
  it("raises an amount for a time, also over a restart, and ends by itself", async () => {
    const id = await limit(1, { each: "user" });
    await spend(1);
    await spend(1, { user: "bob" });
    const until = new Date(open.now() + 60 * MINUTE_MS).toISOString();
    await open.limits.override(id, { value: "alice", amountUsd: 5, reason: "a demo", until }, "carol");
    const asAlice = () => open.limits.lease(aCall(0.5));
    const asBob = () => open.limits.lease(aCall(0.5, { dimensions: { user: "bob" } }));
    expect([codeOf(await asAlice()), codeOf(await asBob())]).toEqual(["pass", "limit_exceeded"]);
    await open.restart();
    expect(codeOf(await asAlice())).toBe("pass");
    expect((await open.limits.states(id, "alice"))[0]).toMatchObject({ amountNanoUsd: 5e9 });
    open.setNow(open.now() + 60 * MINUTE_MS);
    expect(codeOf(await asAlice())).toBe("limit_exceeded");
    expect(open.limits.overrides()).toEqual([]);
  });

  it("lifts a limit altogether, begins later if wanted, can be ended, and is in the audit trail", async () => {
    const id = await limit(1);
    await spend(2);
    const from = new Date(open.now() + MINUTE_MS).toISOString();
    const until = new Date(open.now() + 60 * MINUTE_MS).toISOString();
    const override = await open.limits.override(id, { amountUsd: null, reason: "release day", from, until }, "carol");
    expect(codeOf(await open.limits.lease(aCall(1)))).toBe("limit_exceeded");
    open.setNow(open.now() + MINUTE_MS);
    expect(passed(await open.limits.lease(aCall(1))).warnings).toMatchObject([{ limitId: id }]);
    await open.limits.endOverride(override.id, "dan");
    expect(codeOf(await open.limits.lease(aCall(1)))).toBe("limit_exceeded");
    const entries = await open.storage.listAudit({ limit: 3 });
    expect(entries.map(({ actor, action }) => [actor, action])).toEqual([
      ["dan", "limit_override_ended"],
      ["carol", "limit_override_created"],
      ["test", "limit_created"],
    ]);
    await expect(open.limits.endOverride(override.id, "dan")).rejects.toMatchObject({
      code: "limit_override_not_found",
    });
  });
});
