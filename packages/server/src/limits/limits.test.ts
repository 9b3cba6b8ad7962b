import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { aCall, anEvent, openLimitsFixture, passed, refused, type OpenLimits } from "./open-limits.fixture.ts";

const START = "2026-11-22T12:00:00Z";
let open: OpenLimits;

beforeEach(async () => {
  open = await openLimitsFixture(START);
});
afterEach(() => open.close());

const daily = (amountUsd: number, rest: object = {}) => ({ name: "daily", amountUsd, period: "day", ...rest });
const strict = { enforcement: { strict: true } };

describe("a lease", () => {
  it("lets exactly 37 of 500 calls pass that ask at the same time, when there is room for 37", async () => {
    await open.limits.create(daily(37.5, strict), "test");
    const verdicts = await Promise.all(Array.from({ length: 500 }, () => open.limits.lease(aCall(1))));
    expect(verdicts.filter(({ kind }) => kind === "pass")).toHaveLength(37);
    const [state] = await open.limits.states(open.limits.list()[0]!.id);
    expect(state).toMatchObject({ spentNanoUsd: 0, leasedNanoUsd: 37e9, amountNanoUsd: 37.5e9 });
  });

  it("is given without waiting once the counters are in memory, and settled by its event", async () => {
    const { id } = await open.limits.create(daily(10, strict), "test");
    await open.limits.states(id);
    const call = aCall(4);
    const verdict = open.limits.lease(call);
    expect(verdict).not.toBeInstanceOf(Promise);
    expect(passed(await verdict).lease.leasedNanoUsd).toBe(4e9);
    await open.storage.appendEvents([anEvent(1.25, open.now(), { id: call.eventId })]);
    expect(await open.limits.states(id)).toMatchObject([{ spentNanoUsd: 1.25e9, leasedNanoUsd: 0 }]);
    expect(open.limits.openLeases()).toEqual([]);
  });

  it("is refused with all that the caller has to know", async () => {
    const { id } = await open.limits.create(daily(10, { ...strict, filters: ["user:alice"] }), "test");
    await open.storage.appendEvents([anEvent(7, open.now())]);
    passed(await open.limits.lease(aCall(2)));
    expect(refused(await open.limits.lease(aCall(1.5)))).toMatchObject({
      code: "limit_exceeded",
      limit: {
        limitId: id,
        name: "daily",
        scope: "user alice, a day",
        amountNanoUsd: 10e9,
        spentNanoUsd: 7e9,
        leasedNanoUsd: 2e9,
        resetsAtMs: Date.parse("2026-11-23T00:00:00Z"),
      },
      wantedNanoUsd: 1.5e9,
      retryAfterSeconds: 12 * 3_600,
    });
  });
});
