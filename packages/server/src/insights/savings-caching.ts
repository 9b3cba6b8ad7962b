import type { Meter } from "@outlay/core";
import { isExactly } from "../ledger/filters.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { StoredEvent } from "../storage/storage.ts";
import type { Finding } from "./savings-finding.ts";
import { taskFilters, taskName, type Task, type Traffic } from "./savings-traffic.ts";
import { plainInput, tokenRates } from "./token-costs.ts";
import { usdText } from "./amount-words.ts";

/** How long providers keep a prompt at least. */
const KEPT_MS = 5 * 60_000;
/** Shorter prompts are kept by none of them. */
const MIN_PROMPT_TOKENS = 1_024;
/** Sessions whose calls are read, as far as they lie around those of the sample. */
const MAX_SESSIONS = 40;
const AROUND_MS = 30 * 60_000;
const MAX_CALLS = 3_000;

/** Prompts that are paid again and again although the provider would keep them, and kept ones that nobody reads. */
export async function findCaching(ledger: Ledger, traffic: Traffic): Promise<Finding[]> {
  const repeated = await findRepeatedPrompts(ledger, traffic);
  return [...repeated, ...findUnreadWrites(ledger, traffic)];
}

/** Nano-dollars a token. */
interface CacheRates {
  input: number;
  read: number;
  /** Like `input` where writing costs nothing more. */
  write: number;
}

function cacheRates(ledger: Ledger, traffic: Traffic, { provider, model, sums }: Task): CacheRates | null {
  const match = ledger.prices.match(provider, model, traffic.priceAtMs);
  const rates = match.found ? tokenRates(match.version, sums, { atMs: traffic.priceAtMs }) : null;
  if (rates === null) return null;
  const nano = (meter: Meter) => {
    const rate = rates(meter);
    return rate === null ? Number.NaN : (Number(rate.numerator) * 1e9) / Number(rate.denominator);
  };
  const found = { input: nano("input"), read: nano("cacheRead"), write: nano("cacheWrite") };
  return Object.values(found).some(Number.isNaN) ? null : found;
}

/**
 * Sessions send what was said before with each call. A call whose prompt is at least as long as that of the call before it, by the same
 * agent and model and for the same activity within five minutes, begins with it: so much could have been read from a cache.
 *
 *   prompts of 2,000, 3,000 and 4,000 tokens, none cached, at 3 USD a million, 0.30 read and 3.75 written
 *   → 2,000 + 3,000 read:            5,000 × (3 − 0.30)  = 0.0135 USD less
 *     2,000 + 1,000 + 1,000 written: 4,000 × (3.75 − 3)  = 0.003 USD more
 *     0.0105 USD saved
 */
async function findRepeatedPrompts(ledger: Ledger, traffic: Traffic): Promise<Finding[]> {
  const { sample } = traffic;
  const sessions = sample.isWhole ? null : someSessions(sample.events);
  const events = sessions === null ? sample.events.filter(hasSession) : await callsOf(ledger, traffic, sessions);
  const byModel = Map.groupBy(events, modelKey);
  return traffic.byModel.flatMap((task) => {
    const calls = byModel.get(modelKey(task)) ?? [];
    const rates = calls.length === 0 ? null : cacheRates(ledger, traffic, task);
    if (rates === null || rates.read >= rates.input) return [];
    const { readable, writable } = repeatsOf(calls);
    const net = readable * (rates.input - rates.read) - writable * Math.max(0, rates.write - rates.input);
    const scale = sample.isWhole ? 1 : scaleOf(task, calls, sample.events);
    const saved = BigInt(Math.round(net * scale));
    if (saved <= 0n || readable === 0) return [];
    return [repeatedFinding(task, { saved, calls, readable, traffic })];
  });
}

function repeatedFinding(
  task: Task,
  found: { saved: bigint; calls: StoredEvent[]; readable: number; traffic: Traffic },
): Finding {
  const { saved, calls, readable, traffic } = found;
  const { provider, model, sums } = task;
  const plain = calls.reduce((sum, call) => sum + plainOf(call), 0);
  const share = plain === 0 ? 0 : readable / plain;
  const sessions = new Set(calls.map((call) => call.session)).size;
  return {
    kind: "caching",
    title: `Cached prompts for ${model}`,
    sentence: `${Math.round(share * 100)} % of the uncached input of these sessions is what the call before had sent already; read from the cache of ${provider} it would have cost ${usdText(saved)} less.`,
    savedNanoUsd: saved,
    ofCostNanoUsd: sums.costNanoUsd,
    calls: sums.calls,
    filters: [isExactly("provider", provider), isExactly("model", model)],
    basis: "estimate",
    assumptions: [
      "A call of a session whose prompt is at least as long as the one before begins with that one; texts are not recorded.",
      `Prompts from ${MIN_PROMPT_TOKENS.toLocaleString("en")} tokens are kept for five minutes, and what is written costs what the provider asks for it.`,
      ...(traffic.sample.isWhole
        ? []
        : [
            `Found in ${sessions} sessions with ${calls.length} calls, and taken for all calls of the model in proportion.`,
          ]),
    ],
    detail: {
      advice: "repeated_prompts",
      provider,
      model,
      sessionsLookedAt: sessions,
      callsLookedAt: calls.length,
      repeatedTokens: readable,
      repeatedShare: share,
    },
  };
}

/** Tokens that could have been read, and those that would have had to be written for it. */
function repeatsOf(calls: StoredEvent[]): { readable: number; writable: number } {
  let readable = 0;
  let writable = 0;
  for (const chain of Map.groupBy(calls, chainKey).values()) {
    let last: StoredEvent | null = null;
    let isKept = false;
    for (const call of chain.toSorted((a, b) => a.occurredAtMs - b.occurredAtMs || a.seq - b.seq)) {
      if (last !== null && continues(last, call)) {
        if (!isKept) writable += plainOf(last);
        const { read, prompt } = promptOf(call);
        const repeated = promptOf(last).prompt;
        const more = Math.min(Math.max(0, repeated - read), plainOf(call));
        readable += more;
        writable += Math.min(Math.max(0, prompt - Math.max(repeated, read)), plainOf(call) - more);
        isKept = true;
      } else isKept = false;
      last = call;
    }
  }
  return { readable, writable };
}

function continues(last: StoredEvent, call: StoredEvent): boolean {
  const before = promptOf(last).prompt;
  return (
    before >= MIN_PROMPT_TOKENS && promptOf(call).prompt >= before && call.occurredAtMs - last.occurredAtMs <= KEPT_MS
  );
}

/**
 * From what was read to all calls of the model: by its uncached input, of which only the part with a session counts (the sample tells
 * how much that is).
 */
function scaleOf({ sums, ...task }: Task, calls: StoredEvent[], sampled: StoredEvent[]): number {
  const plain = calls.reduce((sum, call) => sum + plainOf(call), 0);
  const ofModel = sampled.filter((event) => modelKey(event) === modelKey(task));
  const all = ofModel.reduce((sum, event) => sum + plainOf(event), 0);
  const withSession = ofModel.filter(hasSession).reduce((sum, event) => sum + plainOf(event), 0);
  return plain === 0 || all === 0 ? 0 : (Number(plainInput(sums)) / plain) * (withSession / all);
}

/** Sessions that were met near to one another in time. */
interface Encounter {
  sessions: string[];
  startMs: number;
  endMs: number;
}

/** Evenly from the whole sample, each with the time in which it was seen and half an hour around that. */
function someSessions(events: StoredEvent[]): Encounter[] {
  const seen = new Map<string, Encounter>();
  for (const { session, occurredAtMs } of events) {
    if (session === undefined) continue;
    const first = seen.get(session)?.startMs ?? occurredAtMs - AROUND_MS;
    seen.set(session, { sessions: [session], startMs: first, endMs: occurredAtMs + AROUND_MS });
  }
  const all = [...seen.values()];
  const step = Math.max(1, all.length / MAX_SESSIONS);
  const count = Math.min(MAX_SESSIONS, all.length);
  return together(Array.from({ length: count }, (_, index) => all[Math.floor(index * step)]!));
}

/** Those whose times overlap as one: they are read in one go. */
function together(encounters: Encounter[]): Encounter[] {
  const merged: Encounter[] = [];
  for (const { sessions, startMs, endMs } of encounters.toSorted((a, b) => a.startMs - b.startMs)) {
    const last = merged.at(-1);
    if (last === undefined || startMs > last.endMs) merged.push({ sessions: [...sessions], startMs, endMs });
    else {
      last.sessions.push(...sessions);
      last.endMs = Math.max(last.endMs, endMs);
    }
  }
  return merged;
}

async function callsOf(ledger: Ledger, traffic: Traffic, encounters: Encounter[]): Promise<StoredEvent[]> {
  const others = traffic.filters.filter(({ dimension }) => dimension !== "session");
  const limit = Math.ceil(MAX_CALLS / Math.max(1, encounters.length));
  const pages = await Promise.all(
    encounters.map(({ sessions, startMs, endMs }) =>
      ledger.storage.listEvents({
        startMs: Math.max(startMs, traffic.period.startMs),
        endMs: Math.min(endMs, traffic.period.endMs),
        filters: [...others, { dimension: "session", values: sessions, patterns: [], exclude: false }],
        limit,
      }),
    ),
  );
  return pages.flatMap((page) => page.events);
}

/**
 * Prompts that were written to a cache at a surcharge and hardly read from it.
 *
 *   1,000,000 tokens written at 3.75 USD a million instead of 3, none read → 0.75 USD saved without the cache
 */
function findUnreadWrites(ledger: Ledger, traffic: Traffic): Finding[] {
  return (traffic.byTask ?? traffic.byModel).flatMap((task) => {
    const { sums, provider, model } = task;
    const rates = sums.cacheWriteTokens === 0n ? null : cacheRates(ledger, traffic, task);
    if (rates === null || rates.write <= rates.input) return [];
    const surcharge = BigInt(Math.round(Number(sums.cacheWriteTokens) * (rates.write - rates.input)));
    const saved = surcharge - sums.cacheSavingsNanoUsd;
    if (saved <= 0n) return [];
    const brought = sums.cacheReadTokens === 0n ? "were never read" : `saved only ${usdText(sums.cacheSavingsNanoUsd)}`;
    const finding: Finding = {
      kind: "caching",
      title: `Cache of ${taskName(task)} that is hardly read`,
      sentence: `Writing ${sums.cacheWriteTokens.toLocaleString("en")} tokens to the cache cost ${usdText(surcharge)} more than sending them, and they ${brought}.`,
      savedNanoUsd: saved,
      ofCostNanoUsd: sums.costNanoUsd,
      calls: sums.calls,
      filters: taskFilters(task),
      basis: "estimate",
      assumptions: [
        "The same prompts are sent without writing them to the cache.",
        "All writes count as kept for five minutes; those kept for an hour cost more.",
      ],
      detail: {
        advice: "unread_writes",
        activity: task.activity,
        provider,
        model,
        cacheWriteTokens: Number(sums.cacheWriteTokens),
        cacheReadTokens: Number(sums.cacheReadTokens),
      },
    };
    return [finding];
  });
}

function promptOf({ usage }: StoredEvent): { prompt: number; read: number } {
  return { prompt: usage.inputTokens ?? 0, read: usage.cacheReadTokens ?? 0 };
}

function plainOf({ usage }: StoredEvent): number {
  const written = usage.cacheWriteTokens ?? usage.cacheWrite1hTokens ?? 0;
  return Math.max(0, (usage.inputTokens ?? 0) - (usage.cacheReadTokens ?? 0) - written);
}

function hasSession({ session }: StoredEvent): boolean {
  return session !== undefined;
}

function modelKey({ provider, model }: { provider: string; model: string }): string {
  return JSON.stringify([provider, model]);
}

function chainKey({ session, agent, activity }: StoredEvent): string {
  return JSON.stringify([session, agent, activity]);
}
