import { isDeepStrictEqual } from "node:util";
import { InvalidInput, MAX_EVENTS_PER_BATCH } from "@outlay/core";
import type { RecordedEvent, StoredEvent, StoredUsage } from "../storage/storage.ts";
import type { RecordAnswer, Rejection } from "./answers.ts";
import { bookTotals } from "./book-totals.ts";
import { keepPrices } from "./keep-prices.ts";
import type { Ledger } from "./ledger.ts";
import { expiredRejection, rateWireEvents, type RatedBatch } from "./rate-wire-events.ts";
import { toldElsewhere } from "./told-elsewhere.ts";

/** accepted + duplicates + revised + rejected = what was sent. */
export interface ReviseAnswer extends RecordAnswer {
  /** Events that took the place of an earlier one with their id. */
  revised: number;
  /** By how much the recorded costs have grown; calls without a price add nothing. */
  addedNanoUsd: bigint;
}

/**
 * Which of two events with one id stands: `largest` the one that is no repetition in a side-chain, then with more tokens, then with the higher reported cost, then
 * with more of anything else counted (sources repeat a call while its counts grow); `latest` the one that came last.
 */
export type Keep = "largest" | "latest";

/**
 * Which stored events may be replaced: `any`, or those of the same `source`, with an id that begins with its name
 * (`claude-code:…`), which then stay whose they were. So who may only add cannot touch what came through another door,
 * nor lay a call at somebody else's account.
 */
type Within = "any" | "source";

/**
 * Like `recordUsage`, for sources that tell of the same call more than once: an id that is stored already is replaced
 * by what is kept of the two, and all sums move with it. Several events with one id in a batch are taken in their order.
 * Resolves when all is durable. Repeats change nothing. InvalidInput `batch_too_large`.
 */
export async function reviseUsage(
  ledger: Ledger,
  events: unknown[],
  options: { source?: string; keep: Keep; within?: Within },
): Promise<ReviseAnswer> {
  if (options.keep === "latest") return reviseEach(ledger, events, options);
  return bookTotals(ledger, events, (booked) => reviseEach(ledger, booked, options));
}

async function reviseEach(
  ledger: Ledger,
  events: unknown[],
  options: { source?: string; keep: Keep; within?: Within },
): Promise<ReviseAnswer> {
  const rated = await rateWireEvents(ledger, events, options.source ?? "api");
  const { rejected } = rated;
  const { recorded, places } =
    options.within === "source" ? without(rated, await toldElsewhere(ledger, events, TELEMETRY)) : rated;
  const duplicates = rated.recorded.length - recorded.length;
  const answer: ReviseAnswer = { accepted: 0, duplicates, revised: 0, addedNanoUsd: 0n, rejected, ids: [] };
  if (recorded.length === 0) return answer;

  const calls = callsOf(recorded, places, options.keep);
  await keepPrices(
    ledger,
    calls.map(({ event }) => event),
  );
  const changes: Changes = { stored: [], refused: [], counted: answer };
  await append(ledger, calls, changes);
  await revise(
    ledger,
    calls.filter(({ state }) => state === "repeated"),
    { keep: options.keep, within: options.within ?? "any" },
    changes,
  );

  if (ledger.live.isHeard) {
    const stored = changes.stored.map(({ event, seq }): StoredEvent => ({ ...event, seq }));
    ledger.live.publish(stored.toSorted((a, b) => a.seq - b.seq));
  }
  answer.rejected = rejected.concat(changes.refused.flatMap(refusals));
  const refused = new Set(changes.refused.flatMap((call) => call.places));
  answer.ids = recorded.filter((_, index) => !refused.has(places[index] as number)).map(({ id }) => id);
  return answer;
}

/** Source of what telemetry tells: a coding tool may tell of the same calls through it and in its logs. */
const TELEMETRY = "otlp";

function without({ recorded, places }: RatedBatch, left: Set<number>): Pick<RatedBatch, "recorded" | "places"> {
  if (left.size === 0) return { recorded, places };
  const isKept = (_: unknown, index: number) => !left.has(places[index] as number);
  return { recorded: recorded.filter(isKept), places: places.filter(isKept) };
}

/** Removes stored events with everything that they added to sums. Unknown and expired ids are left as they are. */
export async function removeUsage(ledger: Ledger, ids: string[]): Promise<{ removed: number }> {
  if (ids.length > MAX_EVENTS_PER_BATCH) {
    const reason = `ids has ${ids.length} entries; expected at most ${MAX_EVENTS_PER_BATCH}`;
    throw new InvalidInput("batch_too_large", reason, { field: "ids" });
  }
  const { removed } = await ledger.storage.reviseEvents(ids.map((id) => ({ id, event: null })));
  return { removed: removed.length };
}

/** All that a batch says of one id. */
interface Call {
  /** What stands after the batch's own repeats. */
  event: RecordedEvent;
  places: number[];
  /** Of the repeats inside the batch, how many took the place of the one before. */
  revisions: number;
  state: "new" | "repeated";
}

interface Changes {
  stored: { event: RecordedEvent; seq: number }[];
  refused: Call[];
  counted: ReviseAnswer;
}

function callsOf(recorded: RecordedEvent[], places: number[], keep: Keep): Call[] {
  const calls = new Map<string, Call>();
  recorded.forEach((event, index) => {
    const place = places[index] as number;
    const call = calls.get(event.id);
    if (!call) {
      calls.set(event.id, { event, places: [place], revisions: 0, state: "new" });
      return;
    }
    call.places.push(place);
    if (!replaces(event, call.event, keep)) return;
    call.event = event;
    call.revisions++;
  });
  return [...calls.values()];
}

async function append(ledger: Ledger, calls: Call[], { stored, refused, counted }: Changes): Promise<void> {
  const { duplicates, expired, seqs } = await ledger.storage.appendEvents(calls.map(({ event }) => event));
  for (const index of duplicates) (calls[index] as Call).state = "repeated";
  refused.push(...expired.map((index) => calls[index] as Call));
  const leftOut = new Set([...duplicates, ...expired]);
  const accepted = calls.filter((_, index) => !leftOut.has(index));
  accepted.forEach(({ event, places, revisions }, index) => {
    stored.push({ event, seq: seqs[index] as number });
    counted.addedNanoUsd += BigInt(event.costNanoUsd ?? 0);
    counted.accepted++;
    counted.revised += revisions;
    counted.duplicates += places.length - 1 - revisions;
  });
}

/** Replaces what is smaller or older; where somebody else was quicker, compares again with what stands there then. */
async function revise(
  ledger: Ledger,
  repeated: Call[],
  { keep, within }: { keep: Keep; within: Within },
  changes: Changes,
): Promise<void> {
  const { stored, refused, counted } = changes;
  let open = repeated;
  for (let attempt = 0; open.length > 0; attempt++) {
    if (attempt === MAX_ATTEMPTS) throw new Error(`${open.length} events changed ${MAX_ATTEMPTS} times meanwhile`);
    const known = new Map((await ledger.storage.getEvents(open.map(({ event }) => event.id))).map((e) => [e.id, e]));
    const gone: Call[] = [];
    const smaller: Call[] = [];
    for (const call of open) {
      const before = known.get(call.event.id);
      if (!before) gone.push(call);
      else if (replaces(call.event, before, keep) && (within === "any" || isOfItsSource(call.event, before))) {
        if (within === "source") call.event = { ...call.event, ...ownersOf(before) };
        smaller.push(call);
      } else counted.duplicates += call.places.length;
    }
    const result = await ledger.storage.reviseEvents(
      smaller.map(({ event }) => ({ id: event.id, event, seq: (known.get(event.id) as StoredEvent).seq })),
    );
    smaller.forEach(({ event, places, revisions }, index) => {
      const seq = result.seqs[index];
      if (seq == null) return;
      stored.push({ event, seq });
      const before = (known.get(event.id) as StoredEvent).costNanoUsd;
      counted.addedNanoUsd += BigInt(event.costNanoUsd ?? 0) - BigInt(before ?? 0);
      counted.revised += 1 + revisions;
      counted.duplicates += places.length - 1 - revisions;
    });
    refused.push(...result.expired.map((index) => smaller[index] as Call));
    // Removed or expired between the two questions: as if it had not been there.
    await append(ledger, gone, changes);
    open = [...result.changed, ...result.missing].map((index) => smaller[index] as Call);
    open.push(...gone.filter((call) => isStillRepeated(call, changes)));
  }
}

const MAX_ATTEMPTS = 100;

function isOfItsSource(next: RecordedEvent, before: RecordedEvent): boolean {
  return next.source === before.source && before.id.startsWith(`${before.source}:`);
}

/** Whose a call is and whose key it came with, as it was said first. */
function ownersOf({ user, team, customer, environment, credential }: RecordedEvent): Partial<RecordedEvent> {
  return { user, team, customer, environment, credential };
}

function isStillRepeated(call: Call, { stored, refused }: Changes): boolean {
  return !refused.includes(call) && !stored.some(({ event }) => event.id === call.event.id);
}

function refusals({ places, event }: Call): Rejection[] {
  return places.map((place) => expiredRejection(place, event));
}

function replaces(next: RecordedEvent, before: RecordedEvent, keep: Keep): boolean {
  if (keep === "latest") return !saysTheSame(next, before);
  const now = size(next);
  const then = size(before);
  const difference = now.findIndex((amount, index) => amount !== then[index]);
  return difference !== -1 && (now[difference] as number) > (then[difference] as number);
}

/** What counts first comes first; below zero: not said. */
function size({ usage, reportedNanoUsd, metadata }: RecordedEvent): number[] {
  const { inputTokens, outputTokens } = usage;
  const tokens =
    inputTokens === undefined && outputTokens === undefined ? -1 : (inputTokens ?? 0) + (outputTokens ?? 0);
  // What was counted stands against any estimate, and an estimate against nothing.
  const certainty = tokens === -1 ? 0 : metadata?.["usageEstimated"] === true ? 1 : 2;
  // A coding tool repeats a message of its conversation beside it, as a question by the way: the conversation is what was paid.
  const isMain = metadata?.["sidechain"] === true ? 0 : 1;
  return [
    certainty,
    isMain,
    tokens,
    reportedNanoUsd ?? -1,
    OTHER_COUNTS.reduce((sum, name) => sum + (usage[name] ?? 0), 0),
  ];
}

const OTHER_COUNTS = [
  "images",
  "audioSeconds",
  "characters",
  "pages",
  "searches",
  "requests",
] as const satisfies (keyof StoredUsage)[];

/** Whether two events say the same of a call; what it was rated at is not part of that. */
function saysTheSame(a: RecordedEvent, b: RecordedEvent): boolean {
  return isDeepStrictEqual(asSaid(a), asSaid(b));
}

function asSaid(event: RecordedEvent): unknown {
  const {
    basis: _basis,
    costNanoUsd: _cost,
    computedNanoUsd: _computed,
    cacheSavingsNanoUsd: _savings,
    avoidedNanoUsd: _avoided,
    priceId: _price,
    approximate: _approximate,
    ...said
  } = event;
  const { seq: _seq, ...rest } = said as Partial<StoredEvent>;
  const durations = {
    durationMs: microseconds(rest.durationMs),
    timeToFirstTokenMs: microseconds(rest.timeToFirstTokenMs),
  };
  return JSON.parse(JSON.stringify({ ...rest, ...durations, tags: rest.tags && Object.entries(rest.tags).toSorted() }));
}

/** As precise as durations are stored. */
function microseconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.round(ms * 1_000);
}
