import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BASES, type Dimension } from "@outlay/core";
import { latencyBucket } from "../latency-sketch.ts";
import { SUM_NAMES, type Filter, type RecordedEvent, type Sums, type SumQuestion, type SumRow } from "../storage.ts";

/** A folder for one test, and how to remove it. */
export function temporaryFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "outlay-storage-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Numbers in [0, 1) that are the same for the same seed. */
export function seededRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export const HOSTILE_TEXTS = [
  "'; DROP TABLE events; --",
  "=cmd|' /C calc'!A0",
  "nul\0inside",
  "*",
  "a:b:c",
  "5:anthropic",
  "Ünïcødé 💥",
  '{"json":true}',
  "",
  "\u202Ertl",
];

/** Events with everything that can be said or left out, between two instants. */
export function randomEvents(random: () => number, count: number, fromMs: number, toMs: number): RecordedEvent[] {
  return Array.from({ length: count }, () => randomEvent(random, fromMs, toMs));
}

function randomEvent(random: () => number, fromMs: number, toMs: number): RecordedEvent {
  const chance = (p: number): boolean => random() < p;
  const whole = (n: number): number => Math.floor(random() * n);
  const pick = <T>(list: readonly T[]): T => list[whole(list.length)] as T;
  const maybe = <T>(p: number, value: () => T): T | undefined => (chance(p) ? value() : undefined);
  const inputTokens = maybe(0.9, () => whole(5_000));
  const success = chance(0.85);
  const unpriced = chance(0.15);
  const cost = unpriced ? null : chance(0.01) ? 10 ** 15 : whole(10 ** 9);
  const tags: Record<string, string> = {};
  if (chance(0.5)) tags.story = `st-${whole(6)}`;
  if (chance(0.3)) tags.epic = pick(["ep-1", "ep-2", ...HOSTILE_TEXTS]);
  const text = (name: string, n: number): string => (chance(0.1) ? pick(HOSTILE_TEXTS) : `${name}-${whole(n)}`);
  return {
    id: chance(0.5) ? uuid(random) : `foreign ${random()} ${random()}`,
    occurredAtMs: fromMs + whole(toMs - fromMs),
    provider: pick(["openai", "anthropic", "azure"]),
    model: pick(["gpt-5", "claude-sonnet", "claude-haiku", "unknown"]),
    requestedModel: maybe(0.3, () => "latest"),
    operation: pick(["chat", "embedding"]),
    usage: {
      inputTokens,
      cacheReadTokens: maybe(0.3, () => whole((inputTokens ?? 0) + 1)),
      cacheWriteTokens: maybe(0.2, () => whole(100)),
      outputTokens: maybe(0.9, () => whole(2_000)),
      reasoningTokens: maybe(0.2, () => whole(100)),
      images: maybe(0.05, () => whole(4)),
      imageSize: maybe(0.05, () => "1024x1024"),
    },
    serviceTier: maybe(0.2, () => pick(["batch", "flex"])),
    geo: maybe(0.1, () => "eu"),
    user: maybe(0.8, () => text("user", 90)),
    team: maybe(0.7, () => text("team", 3)),
    project: maybe(0.5, () => text("project", 3)),
    customer: maybe(0.2, () => text("customer", 5)),
    agent: maybe(0.6, () => text("agent", 4)),
    activity: maybe(0.4, () => text("plan.step", 4)),
    category: maybe(0.4, () => "plan"),
    session: maybe(0.7, () => text("session", 40)),
    trace: maybe(0.3, () => (chance(0.5) ? uuid(random).replaceAll("-", "") : text("trace", 5))),
    span: maybe(0.2, () => "00f067aa0ba902b7"),
    environment: maybe(0.5, () => pick(["production", "staging"])),
    credential: maybe(0.2, () => "key-1"),
    tags: Object.keys(tags).length > 0 ? tags : undefined,
    durationMs: maybe(0.8, () => whole(60_000_000) / 1_000),
    timeToFirstTokenMs: maybe(0.3, () => whole(1_000)),
    streaming: maybe(0.5, () => chance(0.5)),
    success,
    errorType: success ? undefined : maybe(0.8, () => pick(["rate_limit", "timeout"])),
    errorMessage: success ? undefined : maybe(0.5, () => pick(HOSTILE_TEXTS)),
    attempt: maybe(0.3, () => 1 + whole(3)),
    score: maybe(0.1, () => random()),
    variant: maybe(0.2, () => pick(["a", "b"])),
    cacheHit: maybe(0.1, () => true),
    source: pick(["sdk", "api"]),
    metadata: maybe(0.1, () => ({ nested: { list: [1, null, "x"] } })),
    basis: unpriced ? "unpriced" : pick(["rated", "reported", "estimated"]),
    costNanoUsd: cost,
    computedNanoUsd: chance(0.2) ? null : chance(0.5) ? cost : whole(10 ** 9),
    reportedNanoUsd: chance(0.2) ? whole(10 ** 9) : null,
    cacheSavingsNanoUsd: chance(0.4) ? whole(10 ** 7) - 10 ** 6 : 0,
    avoidedNanoUsd: chance(0.05) ? whole(10 ** 7) : 0,
    priceId: unpriced ? null : pick(["catalogue:a#1", "catalogue:b#2"]),
    approximate: chance(0.1),
  };
}

function uuid(random: () => number): string {
  const hex = Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16)).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
}

/** What a dimension of an event is, said as plainly as possible. */
export function valueOf(event: RecordedEvent, dimension: Dimension): string | null {
  if (dimension.startsWith("tag:")) return event.tags?.[dimension.slice(4)] ?? null;
  if (dimension === "status") return event.success ? "success" : "error";
  return (event[dimension as keyof RecordedEvent] as string | undefined) ?? null;
}

export function matchesFilter(event: RecordedEvent, filter: Filter): boolean {
  const value = valueOf(event, filter.dimension);
  const listed =
    filter.values.includes(value) ||
    (value !== null && filter.patterns.some((pattern) => globRegExp(pattern).test(value)));
  return listed !== filter.exclude;
}

function globRegExp(pattern: string): RegExp {
  const escaped = pattern.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", "[\\s\\S]*");
  return new RegExp(`^${escaped}$`);
}

/** The same question, answered by adding up the events one after the other. */
export function plainSum(events: RecordedEvent[], question: SumQuestion): SumRow[] {
  const rows = new Map<string, SumRow>();
  const starts = question.bucketStartsMs ?? [question.startMs];
  for (const event of events) {
    const atMs = event.occurredAtMs;
    if (atMs < question.startMs || atMs >= question.endMs) continue;
    if (!question.filters.every((filter) => matchesFilter(event, filter))) continue;
    const bucket = starts.findLastIndex((startMs) => startMs <= atMs);
    const key = question.by.map((dimension) => valueOf(event, dimension));
    const name = JSON.stringify([bucket, key]);
    let row = rows.get(name);
    if (!row) rows.set(name, (row = { bucket, key, sums: noSums(question.latency === true) }));
    addEvent(row.sums, event);
  }
  return [...rows.values()];
}

function noSums(latency: boolean): Sums {
  const sums = Object.fromEntries(SUM_NAMES.map((name) => [name, 0n])) as unknown as Sums;
  return latency ? { ...sums, latency: new Map() } : sums;
}

function addEvent(sums: Sums, event: RecordedEvent): void {
  const tokens = BigInt(event.usage.inputTokens ?? 0) + BigInt(event.usage.outputTokens ?? 0);
  sums.calls += 1n;
  sums.errors += event.success ? 0n : 1n;
  sums.costNanoUsd += BigInt(event.costNanoUsd ?? 0);
  sums.inputTokens += BigInt(event.usage.inputTokens ?? 0);
  sums.cacheReadTokens += BigInt(event.usage.cacheReadTokens ?? 0);
  sums.cacheWriteTokens += BigInt(event.usage.cacheWriteTokens ?? 0);
  sums.outputTokens += BigInt(event.usage.outputTokens ?? 0);
  sums.reasoningTokens += BigInt(event.usage.reasoningTokens ?? 0);
  sums.cacheSavingsNanoUsd += BigInt(event.cacheSavingsNanoUsd);
  sums.avoidedNanoUsd += BigInt(event.avoidedNanoUsd);
  sums.unpricedCalls += event.costNanoUsd === null ? 1n : 0n;
  sums.unpricedTokens += event.costNanoUsd === null ? tokens : 0n;
  sums.estimatedCalls += event.basis === BASES[2] ? 1n : 0n;
  sums.retries += (event.attempt ?? 1) > 1 ? 1n : 0n;
  if (event.durationMs === undefined) return;
  sums.durationUs += BigInt(Math.round(event.durationMs * 1_000));
  sums.durationCalls += 1n;
  if (sums.latency) {
    const bucket = latencyBucket(event.durationMs);
    sums.latency.set(bucket, (sums.latency.get(bucket) ?? 0) + 1);
  }
}

/** Rows in one order and form, so that two answers can be compared. */
export function comparable(rows: SumRow[]): unknown[] {
  return rows
    .map(({ bucket, key, sums }) => {
      const { latency, ...rest } = sums;
      const numbers = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, String(value)]));
      const sketch = latency && [...latency].toSorted(([a], [b]) => a - b);
      return { name: JSON.stringify([bucket, key]), ...numbers, ...(sketch && { sketch }) };
    })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
