import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { RecordedCharge, RecordedEvent } from "../storage/storage.ts";
import type { CallToCheck, Lease } from "./limit.ts";
import { aCall, aCharge, anEvent, newId, openLimitsFixture, type OpenLimits } from "./open-limits.fixture.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const LEASE_MS = 15 * MINUTE_MS;
const QUARTER_MS = 15 * MINUTE_MS;

let open: OpenLimits;
beforeAll(async () => {
  open = await openLimitsFixture("2026-11-22T12:00:00Z");
});
afterAll(() => open.close());

/** What a limit says in the words of this test: worked out from all events each time, without anything of the engine. */
interface Rule {
  wire: Record<string, unknown>;
  amountNanoUsd: number;
  /** null: it has none of this. */
  valueOf: (of: { user?: string | undefined; session?: string | undefined }) => string | null;
  counts: (of: { project?: string | undefined; customer?: string | undefined; model?: string | undefined }) => boolean;
  countsCharges: boolean;
  inPeriod: (atMs: number, nowMs: number) => boolean;
  carryZone?: string;
  strict?: boolean;
  standInNanoUsd?: number;
  warnsOnly?: boolean;
}

const dateIn = (timeZone: string) => {
  const format = new Intl.DateTimeFormat("en-CA", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" });
  return (atMs: number) => format.format(atMs);
};
const sameDay = (timeZone: string) => {
  const dateOf = dateIn(timeZone);
  return (atMs: number, nowMs: number) => dateOf(atMs) === dateOf(nowMs);
};
const sameMonth = (timeZone: string) => {
  const dateOf = dateIn(timeZone);
  return (atMs: number, nowMs: number) => dateOf(atMs).slice(0, 7) === dateOf(nowMs).slice(0, 7);
};
const lastDays = (days: number) => (atMs: number, nowMs: number) => {
  const endMs = Math.floor(nowMs / QUARTER_MS) * QUARTER_MS + QUARTER_MS;
  return atMs < endMs && atMs >= endMs - days * DAY_MS;
};

const all = () => "";

function rulesOf(run: string, startedMs: number): Rule[] {
  const project = (of: { project?: string | undefined }) => of.project === run;
  const model = (of: { model?: string | undefined }) => of.model === `m-${run}`;
  const customer = (of: { customer?: string | undefined }) => of.customer === run;
  const base = { amountNanoUsd: 10e9, valueOf: all, counts: project, countsCharges: true };
  const enforcement = { strict: true };
  const wire = (rest: object) => ({ name: "a", amountUsd: 10, filters: [`project:${run}`], enforcement, ...rest });
  return [
    {
      ...base,
      wire: wire({ period: { unit: "day", timeZone: "Europe/Berlin" } }),
      inPeriod: sameDay("Europe/Berlin"),
      strict: true,
    },
    {
      ...base,
      wire: wire({
        amountUsd: 4,
        filters: [`model:m-${run}`],
        each: "user",
        period: { unit: "day", timeZone: "America/New_York" },
        enforcement: {},
      }),
      amountNanoUsd: 4e9,
      valueOf: ({ user }) => user ?? null,
      counts: model,
      countsCharges: false,
      inPeriod: sameDay("America/New_York"),
    },
    {
      ...base,
      wire: wire({ amountUsd: 6, period: "session" }),
      amountNanoUsd: 6e9,
      valueOf: ({ session }) => session ?? null,
      countsCharges: false,
      inPeriod: () => true,
      strict: true,
    },
    {
      ...base,
      wire: wire({ amountUsd: 40, period: "total", startsAt: "now" }),
      amountNanoUsd: 40e9,
      inPeriod: (atMs) => atMs >= startedMs,
      strict: true,
    },
    {
      ...base,
      wire: wire({ filters: [`customer:${run}`], period: { unit: "day", rolling: true } }),
      counts: customer,
      inPeriod: lastDays(1),
      strict: true,
    },
    {
      ...base,
      wire: wire({ amountUsd: 20, each: "user", period: { unit: "week", rolling: true }, startsAt: "now" }),
      amountNanoUsd: 20e9,
      valueOf: ({ user }) => user ?? null,
      inPeriod: (atMs, nowMs) => atMs >= startedMs && lastDays(7)(atMs, nowMs),
      strict: true,
    },
    {
      ...base,
      wire: wire({ amountUsd: 5, period: { unit: "day", timeZone: "Asia/Kolkata" }, carryOver: true }),
      amountNanoUsd: 5e9,
      inPeriod: sameDay("Asia/Kolkata"),
      carryZone: "Asia/Kolkata",
      strict: true,
    },
    {
      ...base,
      wire: wire({
        amountUsd: 15,
        filters: [`model:m-*`, `model:m-${run}`, `customer:${run}`],
        period: { unit: "month", timeZone: "Pacific/Auckland" },
        enforcement: { unpriced: { standInUsdPerMillionTokens: 1_000.5 } },
      }),
      amountNanoUsd: 15e9,
      counts: (of) => customer(of) && (of.model ?? "").startsWith("m-"),
      countsCharges: false,
      inPeriod: sameMonth("Pacific/Auckland"),
      standInNanoUsd: 1_000.5e9,
    },
    {
      ...base,
      wire: wire({ amountUsd: 3, period: "year", enforcement: { atLimit: "warn" } }),
      amountNanoUsd: 3e9,
      inPeriod: (atMs, nowMs) => new Date(atMs).getUTCFullYear() === new Date(nowMs).getUTCFullYear(),
      warnsOnly: true,
    },
  ];
}

interface OpenCall {
  call: CallToCheck;
  lease: Lease;
  atMs: number;
  expiresAtMs: number;
  isExpired: boolean;
  /** Instead of what was wanted. */
  raisedTo: number;
}

type Operation =
  | { do: "lease"; user: number; session: number | null; most: number | null; likely: number | null; together: number }
  | { do: "settle"; which: number; cost: number | null; occurred: "begin" | "now" | "yesterday" | "soon" }
  | { do: "record"; user: number | null; session: number | null; cost: number | null; hoursAgo: number }
  | { do: "raise"; which: number; to: number }
  | { do: "release" | "renew" | "again"; which: number }
  | { do: "revise"; which: number; cost: number | null; remove: boolean }
  | { do: "rerate"; which: number; cost: number }
  | { do: "charge"; user: number | null; amount: number; hoursAgo: number }
  | { do: "wait"; minutes: number }
  | { do: "midnight"; timeZone: string }
  | { do: "crash" | "restart" }
  | { do: "amount"; rule: number; factor: number };

const which = fc.nat(30);
const user = fc.nat(2);
const cents = fc.integer({ min: 1, max: 250 }).map((amount) => amount * 1e7 + 1);
const hoursAgo = fc.integer({ min: -3, max: 60 });
const session = fc.option(fc.nat(1));
const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("lease" as const),
      user,
      session,
      most: fc.option(cents, { freq: 6 }),
      likely: fc.option(cents),
      together: fc.integer({ min: 1, max: 6 }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant("settle" as const),
      which,
      cost: fc.option(cents, { freq: 6 }),
      occurred: fc.constantFrom("begin" as const, "now" as const, "yesterday" as const, "soon" as const),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("record" as const),
      user: fc.option(user),
      session,
      cost: fc.option(cents, { freq: 6 }),
      hoursAgo,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("raise" as const), which, to: cents }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom("release" as const, "renew" as const, "again" as const), which }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("revise" as const), which, cost: fc.option(cents), remove: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("rerate" as const), which, cost: cents }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("charge" as const),
      user: fc.option(user),
      amount: fc.integer({ min: -100, max: 200 }).map((amount) => amount * 1e7),
      hoursAgo,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("wait" as const),
      minutes: fc.oneof(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 20, max: 3_000 }),
        fc.integer({ min: -90, max: -1 }),
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("midnight" as const),
      timeZone: fc.constantFrom("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Auckland", "UTC"),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("crash" as const, "restart" as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("amount" as const), rule: fc.nat(8), factor: fc.constantFrom(0.5, 1, 2) }),
  },
);

/** Where clocks change, months end and days are ordinary. */
const STARTS = [
  "2026-03-28T21:00:00Z",
  "2026-10-24T20:10:00Z",
  "2026-11-01T03:50:00Z",
  "2026-11-30T10:00:00Z",
  "2026-06-15T12:00:00Z",
];

let runs = 0;

/** One run: what happened, and what ought to be. */
class World {
  readonly run = `p${runs++}`;
  readonly startedMs: number;
  readonly rules: Rule[];
  ids: string[] = [];
  events: (RecordedEvent & { seq: number })[] = [];
  charges: RecordedCharge[] = [];
  calls: OpenCall[] = [];

  constructor(start: string) {
    open.setNow(start);
    this.startedMs = open.now();
    this.rules = rulesOf(this.run, this.startedMs);
  }

  async open(): Promise<void> {
    for (const { wire } of this.rules) this.ids.push((await open.limits.create(wire, "test")).id);
  }

  async close(): Promise<void> {
    for (const { lease } of this.calls) lease.release();
    for (const id of this.ids) await open.limits.remove(id, "test");
  }

  spent(rule: Rule, value: string, nowMs: number, inPeriod = rule.inPeriod): number {
    let spent = 0;
    let tokens = 0;
    for (const event of this.events) {
      if (!rule.counts(event) || rule.valueOf(event) !== value || !inPeriod(event.occurredAtMs, nowMs)) continue;
      spent += event.costNanoUsd ?? 0;
      if (event.costNanoUsd === null) tokens += 1_000;
    }
    if (rule.countsCharges) {
      for (const charge of this.charges) {
        if (rule.counts(charge) && rule.valueOf(charge) === value && inPeriod(charge.occurredAtMs, nowMs)) {
          spent += charge.amountNanoUsd;
        }
      }
    }
    return spent + Math.ceil((tokens * (rule.standInNanoUsd ?? 0)) / 1e6);
  }

  /** The calls whose leases are open. What has expired stays so when the clock is set back, until it is renewed. */
  openCalls(): OpenCall[] {
    for (const call of this.calls) if (call.expiresAtMs <= open.now()) call.isExpired = true;
    return this.calls.filter(({ isExpired }) => !isExpired);
  }

  leased(rule: Rule, value: string): number {
    let leased = 0;
    for (const { call, raisedTo } of this.openCalls()) {
      const of = this.dimensionsOf(call);
      if (rule.counts(of) && rule.valueOf(of) === value)
        leased += Math.max(this.wanted(rule, call), this.raisable(rule, call) ? raisedTo : 0);
    }
    return leased;
  }

  dimensionsOf({ model, dimensions }: CallToCheck) {
    return { model, ...dimensions };
  }

  raisable(_: Rule, { worstCase }: CallToCheck): boolean {
    return worstCase.mostNanoUsd !== null;
  }

  wanted(rule: Rule, { worstCase }: CallToCheck): number {
    const { mostNanoUsd: most, likelyNanoUsd: likely } = worstCase;
    if (most === null)
      return rule.standInNanoUsd === undefined ? 0 : Math.ceil((worstCase.mostTokens * rule.standInNanoUsd) / 1e6);
    return rule.strict ? most : Math.min(most, likely ?? most);
  }

  amount(rule: Rule, nowMs: number): number {
    if (rule.carryZone === undefined) return rule.amountNanoUsd;
    const dateOf = dateIn(rule.carryZone);
    const today = dateOf(nowMs);
    let left = 0;
    for (
      let date = dateOf(this.startedMs);
      date < today;
      date = new Date(Date.parse(date) + DAY_MS).toISOString().slice(0, 10)
    ) {
      const day = date;
      left = Math.max(0, rule.amountNanoUsd + left - this.spent(rule, "", nowMs, (atMs) => dateOf(atMs) === day));
    }
    return rule.amountNanoUsd + left;
  }

  /** Is there room in every limit that refuses? */
  fits(call: CallToCheck): boolean {
    const of = this.dimensionsOf(call);
    const own = this.openCalls().find((other) => other.call.eventId === call.eventId);
    return this.rules.every((rule) => {
      const value = rule.valueOf(of);
      if (rule.warnsOnly || value === null || !rule.counts(of)) return true;
      if (call.worstCase.mostNanoUsd === null && rule.standInNanoUsd === undefined) return !rule.strict;
      const ownNanoUsd = own
        ? Math.max(this.wanted(rule, own.call), this.raisable(rule, own.call) ? own.raisedTo : 0)
        : 0;
      const used = this.spent(rule, value, open.now()) + this.leased(rule, value) - ownNanoUsd;
      return used + this.wanted(rule, call) <= this.amount(rule, open.now());
    });
  }

  event(costNanoUsd: number | null, atMs: number, of: { user: number | null; session: number | null }): RecordedEvent {
    return anEvent(null, atMs, {
      model: `m-${this.run}`,
      project: this.run,
      customer: this.run,
      user: of.user === null ? undefined : `${this.run}-u${of.user}`,
      session: of.session === null ? undefined : `${this.run}-s${of.session}`,
      costNanoUsd,
      basis: costNanoUsd === null ? "unpriced" : "rated",
    });
  }

  async store(event: RecordedEvent): Promise<void> {
    const { seqs } = await open.storage.appendEvents([event]);
    this.events.push({ ...event, seq: seqs[0]! });
  }

  take<T>(list: T[], index: number): T | undefined {
    return list.length === 0 ? undefined : list[index % list.length];
  }

  forget(call: OpenCall): void {
    this.calls = this.calls.filter((other) => other !== call);
  }

  async play(step: Operation): Promise<void> {
    const nowMs = open.now();
    switch (step.do) {
      case "lease":
        return this.lease(step);
      case "settle": {
        const settled = this.take(this.calls, step.which);
        if (settled === undefined) return;
        const atMs = { begin: settled.atMs, now: nowMs, yesterday: nowMs - DAY_MS, soon: nowMs + 20 * MINUTE_MS }[
          step.occurred
        ];
        const event = this.event(step.cost, atMs, { user: null, session: null });
        const { user: whose, session: where } = settled.call.dimensions;
        this.forget(settled);
        return this.store({ ...event, id: settled.call.eventId, user: whose, session: where });
      }
      case "record":
        return this.store(this.event(step.cost, nowMs - step.hoursAgo * 3_600_000, step));
      case "raise": {
        const raised = this.take(this.openCalls(), step.which);
        if (raised === undefined) return;
        await this.states();
        const before = raised.raisedTo;
        const now = (raised.raisedTo = Math.max(step.to, before));
        // Whatever it wanted before: with the new amount, is anything above its limit that was not already as high?
        const of = this.dimensionsOf(raised.call);
        const room = this.raisable(this.rules[0]!, raised.call)
          ? this.rules.every((rule) => {
              const value = rule.valueOf(of);
              if (rule.warnsOnly || value === null || !rule.counts(of)) return true;
              if (Math.max(this.wanted(rule, raised.call), before) >= step.to) return true;
              return this.spent(rule, value, nowMs) + this.leased(rule, value) <= this.amount(rule, nowMs);
            })
          : true;
        expect(raised.lease.raiseTo(step.to)).toBe(room);
        raised.raisedTo = room ? now : before;
        return;
      }
      case "release": {
        const released = this.take(this.calls, step.which);
        if (released === undefined) return;
        released.lease.release();
        this.forget(released);
        // What a crash may undo is not asked about: the line of its end is written a moment later.
        await open.limits.close();
        return open.crash().then(() => this.findLeases());
      }
      case "renew": {
        const renewed = this.take(this.calls, step.which);
        if (renewed === undefined) return;
        renewed.lease.renew();
        renewed.expiresAtMs = nowMs + LEASE_MS;
        renewed.isExpired = false;
        return;
      }
      case "again": {
        const asked = this.take(this.openCalls(), step.which);
        if (asked === undefined) return;
        const fits = this.fits(asked.call);
        const verdict = await open.limits.lease(asked.call);
        expect(verdict.kind).toBe(fits ? "pass" : "refused");
        if (verdict.kind !== "pass") return;
        expect(verdict.lease.id).toBe(asked.lease.id);
        this.forget(asked);
        this.calls.push({
          ...asked,
          lease: verdict.lease,
          atMs: nowMs,
          expiresAtMs: nowMs + LEASE_MS,
          isExpired: false,
          raisedTo: 0,
        });
        return;
      }
      case "revise": {
        const before = this.take(this.events, step.which);
        if (before === undefined) return;
        const event = {
          ...before,
          user: step.which % 2 === 0 ? before.user : `${this.run}-u${step.which % 3}`,
          costNanoUsd: step.cost,
          basis: step.cost === null ? ("unpriced" as const) : ("rated" as const),
        };
        const revised = { id: before.id, event: step.remove ? null : event };
        // The first of the two is overtaken by the second.
        const { seqs } = await open.storage.reviseEvents([
          { id: before.id, event: { ...before, costNanoUsd: 77 } },
          revised,
        ]);
        this.events = this.events.filter((other) => other !== before);
        if (!step.remove) this.events.push({ ...event, seq: seqs[1]! });
        return;
      }
      case "rerate": {
        const event = this.take(this.events, step.which);
        if (event === undefined) return;
        event.costNanoUsd = step.cost;
        event.basis = "rated";
        const { seq } = event;
        await open.storage.rerateEvents([
          {
            seq,
            basis: "rated",
            costNanoUsd: step.cost,
            computedNanoUsd: step.cost,
            cacheSavingsNanoUsd: 0,
            avoidedNanoUsd: 0,
            priceId: null,
            approximate: false,
          },
        ]);
        return;
      }
      case "charge": {
        const of = step.user === null ? {} : { user: `${this.run}-u${step.user}` };
        const charge = aCharge(0, nowMs - step.hoursAgo * 3_600_000, {
          ...of,
          project: this.run,
          customer: this.run,
          amountNanoUsd: step.amount,
        });
        await open.storage.appendCharges([charge]);
        this.charges.push(charge);
        return;
      }
      case "wait":
        open.setNow(nowMs + step.minutes * MINUTE_MS);
        return;
      case "midnight": {
        const dateOf = dateIn(step.timeZone);
        let atMs = Math.floor(nowMs / QUARTER_MS) * QUARTER_MS + QUARTER_MS;
        while (dateOf(atMs) === dateOf(atMs - 1)) atMs += QUARTER_MS;
        open.setNow(nowMs % 2 === 0 ? atMs : atMs - 1);
        return;
      }
      case "restart":
        await open.restart();
        return this.findLeases();
      case "crash":
        await open.crash();
        return this.findLeases();
      case "amount": {
        const rule = this.rules[step.rule]!;
        const amountUsd = (rule.wire["amountUsd"] as number) * step.factor;
        await open.limits.change(this.ids[step.rule]!, { amountUsd }, "test");
        rule.amountNanoUsd = amountUsd * 1e9;
      }
    }
  }

  async lease(step: Extract<Operation, { do: "lease" }>): Promise<void> {
    const calls = Array.from({ length: step.together }, () =>
      aCall(null, {
        eventId: newId(),
        model: `m-${this.run}`,
        dimensions: {
          project: this.run,
          customer: this.run,
          user: `${this.run}-u${step.user}`,
          ...(step.session === null ? {} : { session: `${this.run}-s${step.session}` }),
        },
        worstCase: { mostNanoUsd: step.most, likelyNanoUsd: step.likely, mostTokens: 1_000 },
      }),
    );
    // Something else is stored meanwhile.
    const event = this.event(5_000_001, open.now(), { user: step.user, session: step.session });
    const storing = step.together > 3 ? open.storage.appendEvents([event]) : null;
    const verdicts = await Promise.all(calls.map((call) => open.limits.lease(call)));
    if (storing !== null) {
      this.events.push({ ...event, seq: (await storing).seqs[0]! });
    }
    for (const [index, verdict] of verdicts.entries()) {
      const call = calls[index]!;
      if (storing === null) expect([index, verdict.kind]).toEqual([index, this.fits(call) ? "pass" : "refused"]);
      if (verdict.kind !== "pass") continue;
      this.calls.push({
        call,
        lease: verdict.lease,
        atMs: open.now(),
        expiresAtMs: open.now() + LEASE_MS,
        isExpired: false,
        raisedTo: 0,
      });
    }
  }

  /** After a restart the owners are others; leases are known by their ids. Those that expired meanwhile are gone. */
  findLeases(): void {
    this.openCalls();
    // That a lease had expired may have been forgotten; where the clock was set back since, its time is not over.
    for (const call of this.calls) if (open.limits.leaseById(call.lease.id) !== null) call.isExpired = false;
    this.calls = this.openCalls();
    for (const call of this.calls) {
      const lease = open.limits.leaseById(call.lease.id);
      expect(lease, `lease of ${call.call.eventId}`).not.toBeNull();
      call.lease = lease!;
    }
  }

  async states(): Promise<void> {
    const nowMs = open.now();
    for (const [index, rule] of this.rules.entries()) {
      const values =
        rule.valueOf({ user: "x", session: "x" }) === ""
          ? [""]
          : rule.valueOf({ user: "x" }) === "x"
            ? [0, 1, 2].map((number) => `${this.run}-u${number}`)
            : [0, 1].map((number) => `${this.run}-s${number}`);
      for (const value of values) {
        const [state] = await open.limits.states(this.ids[index]!, value === "" ? undefined : value);
        expect({
          index,
          value,
          spent: state!.spentNanoUsd,
          leased: state!.leasedNanoUsd,
          amount: state!.amountNanoUsd,
        }).toEqual({
          index,
          value,
          spent: this.spent(rule, value, nowMs),
          leased: this.leased(rule, value),
          amount: this.amount(rule, nowMs),
        });
      }
    }
    const leased = new Set(this.openCalls().map(({ call }) => call.eventId));
    const known = open.limits.openLeases().filter(({ limitIds }) => limitIds.some((id) => this.ids.includes(id)));
    expect(new Set(known.map(({ eventId }) => eventId))).toEqual(leased);
  }
}

it("counters are what the ledger says and what is set aside, whatever happens in whatever order", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...STARTS),
      fc.array(operation, { minLength: 20, maxLength: 60, size: "max" }),
      async (start, steps) => {
        const world = new World(start);
        await world.open();
        try {
          for (const step of steps) {
            await world.play(step);
            await world.states();
          }
          // In the end everything has been paid or let go: what remains is the ledger.
          for (const { lease } of world.calls) lease.release();
          world.calls = [];
          await world.states();
          expect(open.failures).toEqual([]);
        } finally {
          await world.close();
        }
      },
    ),
    { numRuns: Number(process.env["LIMIT_RUNS"] ?? 15) },
  );
}, 120_000);
