import { eventSchema } from "@outlay/core";
import type { WireEvent } from "@outlay/core";
import { describe, expect, it } from "vitest";
import { generateCharges } from "./generate-charges.ts";
import { generateEvents } from "./generate.ts";

const untilMs = Date.UTC(2026, 10, 20, 15, 30);
const dayMs = 86_400_000;

describe("generateEvents", () => {
  const events = [...generateEvents({ seed: 7, untilMs })];

  it("gives the same events for the same seed, and others for another", () => {
    expect([...generateEvents({ seed: 7, untilMs })]).toEqual(events);
    const others = new Set([...generateEvents({ seed: 8, untilMs })].map((event) => event.id));
    expect(events.some((event) => others.has(event.id))).toBe(false);
  });

  it("repeats what was there when it is asked again the next day, and adds the rest", () => {
    const later = [...generateEvents({ seed: 7, untilMs: untilMs + dayMs, anchorMs: untilMs, days: 91 })];
    expect(later.slice(0, events.length)).toEqual(events);
    expect(later.length).toBeGreaterThan(events.length + 100);
  });

  it("makes events that the schema of the wire accepts, with parts that never exceed their whole", () => {
    for (const event of events) {
      const checked = eventSchema.safeParse(event);
      if (!checked.success) expect.fail(`${event.id}: ${checked.error.message}`);
      const usage = event.usage!;
      const inputTokens = usage.inputTokens ?? 0;
      if ((usage.cacheReadTokens ?? 0) + (usage.cacheWriteTokens ?? 0) > inputTokens)
        expect.fail(JSON.stringify(event));
      if ((usage.reasoningTokens ?? 0) > (usage.outputTokens ?? 0)) expect.fail(JSON.stringify(event));
      if ((event.timeToFirstTokenMs ?? 0) > event.durationMs!) expect.fail(JSON.stringify(event));
    }
  });

  it("has ids that are unique UUIDv7 of the event's own instant, in the order of time", () => {
    const ids = new Set<string>();
    let before = "";
    for (const event of events) {
      const id = event.id!;
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(Number.parseInt(id.replace("-", "").slice(0, 12), 16)).toBe(Date.parse(event.occurredAt as string));
      expect((event.occurredAt as string) >= before).toBe(true);
      before = event.occurredAt as string;
      ids.add(id);
    }
    expect(ids.size).toBe(events.length);
    expect(Date.parse(before)).toBeLessThan(untilMs);
  });

  it("lives by the week and by the hour", () => {
    const byWeekday = count(events, (event) => String(new Date(event.occurredAt as string).getUTCDay()));
    const byHour = count(events, (event) => (event.occurredAt as string).slice(11, 13));
    expect(byWeekday["0"]!).toBeLessThan(byWeekday["2"]! / 2);
    expect(byWeekday["6"]!).toBeLessThan(byWeekday["3"]! / 2);
    expect(byHour["14"]!).toBeGreaterThan(3 * byHour["23"]!);
  });

  it("has one day that stands out, on which an agent ran in circles", () => {
    const byDay = Object.entries(count(events, day)).toSorted(([, a], [, b]) => b - a);
    expect(byDay[0]![1]).toBeGreaterThan(1.8 * byDay[1]![1]);
    const agents = count(
      events.filter((event) => day(event) === byDay[0]![0]),
      (event) => event.agent!,
    );
    expect(agents["forge"]!).toBeGreaterThan(byDay[0]![1] / 2);
  });

  it("shows the people, agents, products, kinds of calls and work items of an organisation", () => {
    const distinct = (of: (event: WireEvent) => string | null | undefined) =>
      new Set(events.map(of).filter((value) => value != null)).size;
    expect(distinct((event) => event.user)).toBe(40);
    expect(distinct((event) => event.agent)).toBe(12);
    expect(distinct((event) => event.project)).toBe(5);
    expect(distinct((event) => event.operation)).toBe(5);
    expect(distinct((event) => event.provider)).toBe(9);
    expect(distinct((event) => event.customer)).toBe(12);
    for (const key of ["story", "epic", "agent_loop", "deliberation"]) {
      expect(distinct((event) => event.tags?.[key])).toBeGreaterThan(5);
    }
    expect(events.some((event) => event.score != null && event.variant === "b")).toBe(true);
    expect(events.some((event) => event.cacheHit)).toBe(true);
  });

  it("has a small share of calls without a public price, and of failures, most of which are tried again", () => {
    const unpriced = share(events, (event) => event.provider === "meridian");
    const failures = share(events, (event) => event.success === false);
    expect(unpriced).toBeGreaterThan(0.0005);
    expect(unpriced).toBeLessThan(0.01);
    expect(failures).toBeGreaterThan(0.008);
    expect(failures).toBeLessThan(0.06);
    expect(share(events, (event) => (event.attempt ?? 1) > 1)).toBeGreaterThan(0.003);
  });

  it("makes exactly the number that is asked for, at any size and however short the last day is", () => {
    for (const totalEvents of [1, 89, 12_345]) {
      for (const until of [untilMs, Date.UTC(2026, 10, 20), Date.UTC(2026, 10, 20) + 1]) {
        const made = [...generateEvents({ untilMs: until, totalEvents })];
        expect(made.length).toBe(totalEvents);
        expect(made.every((event) => Date.parse(event.occurredAt as string) < until)).toBe(true);
      }
    }
  });

  it("widens the dimensions for benchmarks", () => {
    const cardinality = { users: 2_000, agents: 300, models: 150, sessionsPerDay: 500 };
    const wide = [...generateEvents({ untilMs, totalEvents: 50_000, cardinality })];
    const distinct = (of: (event: WireEvent) => string | null | undefined) => new Set(wide.map(of)).size;
    expect(distinct((event) => event.user)).toBeGreaterThan(1_500);
    expect(distinct((event) => event.agent)).toBeGreaterThan(290);
    expect(distinct((event) => event.model)).toBeGreaterThan(130);
    expect(distinct((event) => event.model)).toBeLessThanOrEqual(150);
    const days = [...Map.groupBy(wide, day).values()];
    const sessionsOfDay = days.map((calls) => new Set(calls.map((event) => event.session)).size);
    expect(Math.max(...sessionsOfDay)).toBeLessThanOrEqual(500);
    expect(distinct((event) => event.session)).toBeGreaterThan(5_000);
  });
});

describe("generateCharges", () => {
  it("is deterministic, and has fees, a single cost, a credit, subscriptions, and revenue of each payment and plan", () => {
    const charges = generateCharges({ seed: 7, untilMs });
    expect(generateCharges({ seed: 7, untilMs })).toEqual(charges);
    const kinds = count(charges, (charge) => charge.kind);
    expect(kinds).toMatchObject({ one_off: 1, credit: 1, subscription: 6 });
    expect(kinds["payment_fee"]).toBeGreaterThan(100);
    expect(kinds["revenue"]).toBe(kinds["payment_fee"]! + 3 * 11);
    expect(new Set(charges.map((charge) => charge.id)).size).toBe(charges.length);
  });
});

function day(event: WireEvent): string {
  return (event.occurredAt as string).slice(0, 10);
}

function share(events: WireEvent[], of: (event: WireEvent) => boolean): number {
  return events.filter(of).length / events.length;
}

function count<T>(items: T[], key: (item: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) counts[key(item)] = (counts[key(item)] ?? 0) + 1;
  return counts;
}
