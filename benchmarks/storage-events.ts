import type { RecordedEvent } from "../packages/server/src/storage/storage.ts";

export const DAYS = 90;
export const FIRST_MS = Date.UTC(2026, 7, 24);
const DAY_MS = 86_400_000;
const USERS = 2_000;
const MODELS = 40;
const AGENTS = 50;
const TEAMS = 10;
const SESSIONS = 200_000;
const ACTIVITIES = 30;

/**
 * Event number `index` of `total`, the same in every run: events come in the order of their time, spread evenly over
 * 90 days; users, agents and models are picked at random, evenly, which is harder on rollups than real traffic is.
 * A session belongs to one user and agent, and a few hundred are under way at a time.
 */
export function storageEvent(index: number, total: number, options: { randomIds?: boolean } = {}): RecordedEvent {
  const occurredAtMs = FIRST_MS + Math.floor((index * DAYS * DAY_MS) / total);
  const random = (salt: number, n: number): number => mix(index * 31 + salt) % n;
  const sessionsStarted = Math.floor((index / total) * SESSIONS);
  const session = Math.max(0, sessionsStarted - random(1, 400));
  const user = mix(session) % USERS;
  const agent = mix(session + 7) % AGENTS;
  const model = random(2, MODELS);
  const inputTokens = 200 + random(3, 8_000);
  const outputTokens = 20 + random(4, 1_500);
  const cacheReadTokens = random(5, 3) === 0 ? random(6, inputTokens) : 0;
  const costNanoUsd = inputTokens * 3_000 + outputTokens * 15_000 - cacheReadTokens * 2_700;
  const activity = random(7, ACTIVITIES);
  const success = random(8, 50) !== 0;
  const id = options.randomIds ? randomId(index) : timeOrderedId(occurredAtMs, index);
  return {
    id,
    occurredAtMs,
    provider: `provider-${model % 5}`,
    model: `model-${model}`,
    operation: "chat",
    usage: { inputTokens, cacheReadTokens, outputTokens, reasoningTokens: random(9, 4) === 0 ? random(10, 500) : 0 },
    user: `user-${user}`,
    team: `team-${agent % TEAMS}`,
    project: `project-${agent % 8}`,
    agent: `agent-${agent}`,
    activity: `category-${activity % 6}.step-${activity}`,
    category: `category-${activity % 6}`,
    session: `session-${session}`,
    environment: random(11, 5) === 0 ? "staging" : "production",
    durationMs: 100 + random(12, 20_000),
    timeToFirstTokenMs: 50 + random(13, 900),
    streaming: true,
    success,
    ...(!success && { errorType: random(14, 2) === 0 ? "rate_limit" : "timeout" }),
    attempt: 1,
    source: "sdk",
    basis: "rated",
    costNanoUsd,
    computedNanoUsd: costNanoUsd,
    reportedNanoUsd: null,
    cacheSavingsNanoUsd: cacheReadTokens * 2_700,
    avoidedNanoUsd: 0,
    priceId: `catalogue:provider-${model % 5}/model-${model}@2026-01-01`,
    approximate: false,
  };
}

export function storageBatches(
  total: number,
  size: number,
  options: { randomIds?: boolean; from?: number; of?: number } = {},
): RecordedEvent[][] {
  const from = options.from ?? 0;
  const batches: RecordedEvent[][] = [];
  for (let start = 0; start < total; start += size) {
    const length = Math.min(size, total - start);
    batches.push(Array.from({ length }, (_, i) => storageEvent(from + start + i, options.of ?? total, options)));
  }
  return batches;
}

function mix(value: number): number {
  let h = Math.imul(value ^ (value >>> 16), 0x45d9f3b);
  h = Math.imul(h ^ (h >>> 13), 0x2c1b3c6d);
  return (h ^ (h >>> 16)) >>> 0;
}

function timeOrderedId(atMs: number, index: number): string {
  const time = atMs.toString(16).padStart(12, "0");
  const low = mix(index).toString(16).padStart(8, "0");
  const high = (index >>> 0).toString(16).padStart(8, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${high.slice(0, 3)}-8${high.slice(3, 6)}-${high.slice(6)}${low}ab`;
}

function randomId(index: number): string {
  const part = (salt: number): string =>
    mix(index * 4 + salt)
      .toString(16)
      .padStart(8, "0");
  const hex = part(0) + part(1) + part(2) + part(3);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
}
