import type { Dimension } from "@outlay/core";
import type { Ledger } from "../ledger/ledger.ts";
import { toRateableCall } from "../prices/rateable-call.ts";
import type { RecordedCharge, StoredEvent } from "../storage/storage.ts";
import { inOrderOfTime } from "./in-order-of-time.ts";
import { accountDimension, chargeTest } from "./limit-scope.ts";
import type { Limit } from "./limit.ts";
import { valuesOfCharge, valuesOfEvent } from "./match-filter.ts";
import { allowedCallsPerMinute } from "./throttle-window.ts";
import { ReplayedAccounts, type ReplayedAccount } from "./replayed-accounts.ts";

/** What a limit would have done to the calls of a while. */
export interface Replay {
  fromMs: number;
  toMs: number;
  /** Calls that count towards it. */
  calls: number;
  costNanoUsd: number;
  refusedCalls: number;
  /** What the refused calls have cost. */
  savedNanoUsd: number;
  /** Of the refused: models without a price. */
  refusedUnpricedCalls: number;
  /** Above the amount and let through, with a warning. */
  warnedCalls: number;
  /** Would have been told to wait for their minute. */
  throttledCalls: number;
  swappedCalls: number;
  /** What the cheaper models would have saved, with the same tokens. */
  swapSavedNanoUsd: number;
  firstRefusedAtMs: number | null;
  /** Whose calls would have been refused, those that lost most first, at most ten each. */
  hit: Record<"user" | "project" | "customer" | "agent" | "model" | "key", Hit[]>;
  /** With `each` or of sessions: of which values calls would have been refused. */
  hitValues: Hit[];
  /** Values that would have been refused anything. */
  hitValueCount: number;
  /** The accounts that came closest to their amount, or beyond it, at most twenty. */
  fullest: { value: string | null; startMs: number | null; spentNanoUsd: number; amountNanoUsd: number }[];
  /** False: there were more events than are read; what was left out is told by `readToMs`. */
  complete: boolean;
  readToMs: number;
}

/** Somebody whose calls would have been refused. */
export interface Hit {
  /** null: the calls had none. */
  value: string | null;
  calls: number;
  nanoUsd: number;
}

/** More events than these are not read for one answer. */
const MAX_EVENTS = 2_000_000;
const MAX_HITS = 10;
/** Small enough that calls which are being decided meanwhile hardly wait. */
const PAGE_SIZE = 500;
const DAY_MS = 86_400_000;
const HIT_DIMENSIONS = {
  user: "user",
  project: "project",
  customer: "customer",
  agent: "agent",
  model: "model",
  key: "credential",
} as const;

/**
 * Runs the calls of the last days through a limit, in the order in which they occurred. Each call is taken to have cost what it has cost: nobody
 * knows what would have been set aside for it, nor whether who was refused would have tried again. Reads at most two million events.
 */
export async function replayLimit(
  ledger: Ledger,
  limit: Limit,
  options: { days: number; maxEvents?: number },
): Promise<Replay> {
  const toMs = ledger.now();
  const fromMs = toMs - options.days * DAY_MS;
  const accounts = new ReplayedAccounts(limit, ledger.timeZone);
  await accounts.open(ledger, fromMs);
  const run = new Run(ledger, limit, accounts, { fromMs, toMs });
  const charges = await chargesOf(ledger, limit, { startMs: accounts.readFromMs, endMs: toMs });
  const events = ledger.storage.scanEvents({
    startMs: accounts.readFromMs,
    endMs: toMs,
    filters: limit.filters,
    pageSize: PAGE_SIZE,
  });
  let left = options.maxEvents ?? MAX_EVENTS;
  let complete = true;
  for await (const event of inOrderOfTime(events)) {
    if (left-- === 0) {
      complete = false;
      break;
    }
    while (charges.length > 0 && charges.at(-1)!.occurredAtMs <= event.occurredAtMs) run.charge(charges.pop()!);
    run.call(event);
  }
  for (const charge of complete ? charges.toReversed() : []) run.charge(charge);
  return run.result(complete);
}

/** The charges that count, newest first. */
async function chargesOf(
  ledger: Ledger,
  limit: Limit,
  range: { startMs: number; endMs: number },
): Promise<RecordedCharge[]> {
  const counts = limit.period.unit === "session" ? null : chargeTest({ ...limit, each: null }, null);
  if (counts === null) return [];
  const charges = await ledger.storage.listCharges(range);
  return charges.filter(counts).toSorted((a, b) => b.occurredAtMs - a.occurredAtMs);
}

/** One replay under way. */
class Run {
  readonly #ledger: Ledger;
  readonly #limit: Limit;
  readonly #accounts: ReplayedAccounts;
  readonly #each: Dimension | null;
  readonly #hits = new Map<string, Map<string | null, Hit>>();
  readonly #replay: Omit<Replay, "hit" | "hitValues" | "hitValueCount" | "fullest" | "complete">;

  constructor(
    ledger: Ledger,
    limit: Limit,
    accounts: ReplayedAccounts,
    { fromMs, toMs }: { fromMs: number; toMs: number },
  ) {
    this.#ledger = ledger;
    this.#limit = limit;
    this.#accounts = accounts;
    this.#each = accountDimension(limit);
    this.#replay = {
      fromMs,
      toMs,
      calls: 0,
      costNanoUsd: 0,
      refusedCalls: 0,
      savedNanoUsd: 0,
      refusedUnpricedCalls: 0,
      warnedCalls: 0,
      throttledCalls: 0,
      swappedCalls: 0,
      swapSavedNanoUsd: 0,
      firstRefusedAtMs: null,
      readToMs: fromMs,
    };
  }

  /** Charges are never refused. */
  charge(charge: RecordedCharge): void {
    const value = this.#each === null ? null : valuesOfCharge(charge)(this.#each);
    if (this.#each !== null && value === null) return;
    const account = this.#accounts.at(value, charge.occurredAtMs);
    this.#accounts.add(account, charge.occurredAtMs, charge.amountNanoUsd);
  }

  call(event: StoredEvent): void {
    const { occurredAtMs } = event;
    const value = this.#each === null ? null : valuesOfEvent(event)(this.#each);
    if (this.#each !== null && value === null) return;
    const account = this.#accounts.at(value, occurredAtMs);
    if (occurredAtMs < this.#replay.fromMs) {
      this.#accounts.add(account, occurredAtMs, this.#costOf(event) ?? 0);
      return;
    }
    this.#replay.calls += 1;
    this.#replay.costNanoUsd += event.costNanoUsd ?? 0;
    this.#replay.readToMs = Math.max(this.#replay.readToMs, occurredAtMs);
    this.#decide(event, account);
  }

  result(complete: boolean): Replay {
    const each = this.#each === null ? [] : this.#hitsOf("each");
    return {
      ...this.#replay,
      readToMs: complete ? this.#replay.toMs : this.#replay.readToMs,
      hit: Object.fromEntries(
        Object.keys(HIT_DIMENSIONS).map((name) => [name, this.#hitsOf(name).slice(0, MAX_HITS)]),
      ) as Replay["hit"],
      hitValues: each.slice(0, MAX_HITS),
      hitValueCount: each.length,
      fullest: [...this.#accounts.all]
        .toSorted((a, b) => share(b) - share(a))
        .slice(0, 2 * MAX_HITS)
        .map(({ value, startMs, peakNanoUsd, amountNanoUsd }) => ({
          value,
          startMs,
          spentNanoUsd: peakNanoUsd,
          amountNanoUsd,
        })),
      complete,
    };
  }

  #decide(event: StoredEvent, account: ReplayedAccount): void {
    const { enforcement } = this.#limit;
    const cost = this.#costOf(event);
    if (cost === null && enforcement?.unpriced.policy === "block") {
      this.#replay.refusedUnpricedCalls += 1;
      this.#refuse(event, 0);
      return;
    }
    const called = enforcement === null ? event : this.#swapped(event, account);
    const wanted = called === event ? (cost ?? 0) : (called.costNanoUsd ?? 0);
    if (wanted > 0 && account.spentNanoUsd + wanted > account.amountNanoUsd) {
      if (enforcement?.atLimit === "block") return this.#refuse(event, event.costNanoUsd ?? 0);
      this.#replay.warnedCalls += 1;
    }
    if (called !== event) {
      this.#replay.swappedCalls += 1;
      this.#replay.swapSavedNanoUsd += (event.costNanoUsd ?? 0) - wanted;
    }
    this.#throttle(event, account);
    this.#accounts.add(account, event.occurredAtMs, wanted);
  }

  /** The event as the other model would have made it; the event itself where none takes its place. */
  #swapped(event: StoredEvent, account: ReplayedAccount): StoredEvent {
    const { swap } = this.#limit.enforcement!;
    if (swap === null || fillPercent(account) < swap.fromPercent) return event;
    const model = swap.models[event.model] ?? swap.models[event.requestedModel ?? event.model];
    if (model === undefined) return event;
    const { costNanoUsd } = this.#ledger.prices.rate({ ...toRateableCall(event), model });
    return { ...event, model, costNanoUsd };
  }

  #throttle(event: StoredEvent, account: ReplayedAccount): void {
    const throttle = this.#limit.enforcement?.throttle ?? null;
    const fill = fillPercent(account);
    if (throttle === null || fill < throttle.fromPercent) return;
    const minute = Math.floor(event.occurredAtMs / 60_000);
    if (account.minute !== minute) Object.assign(account, { minute, minuteCalls: 0 });
    account.minuteCalls += 1;
    if (account.minuteCalls > allowedCallsPerMinute(throttle, fill)) this.#replay.throttledCalls += 1;
  }

  #refuse(event: StoredEvent, nanoUsd: number): void {
    this.#replay.refusedCalls += 1;
    this.#replay.savedNanoUsd += nanoUsd;
    this.#replay.firstRefusedAtMs ??= event.occurredAtMs;
    for (const [name, dimension] of Object.entries(HIT_DIMENSIONS)) this.#hit(name, event[dimension] ?? null, nanoUsd);
    if (this.#each !== null) this.#hit("each", valuesOfEvent(event)(this.#each), nanoUsd);
  }

  #hit(name: string, value: string | null, nanoUsd: number): void {
    let hits = this.#hits.get(name);
    if (hits === undefined) this.#hits.set(name, (hits = new Map()));
    const hit = hits.get(value);
    if (hit === undefined) hits.set(value, { value, calls: 1, nanoUsd });
    else {
      hit.calls += 1;
      hit.nanoUsd += nanoUsd;
    }
  }

  #hitsOf(name: string): Hit[] {
    return [...(this.#hits.get(name)?.values() ?? [])].toSorted((a, b) => b.nanoUsd - a.nanoUsd || b.calls - a.calls);
  }

  /** As the limit counts it; null: it has no price, and no stand-in either. */
  #costOf({ costNanoUsd, usage }: StoredEvent): number | null {
    if (costNanoUsd !== null) return costNanoUsd;
    const unpriced = this.#limit.enforcement?.unpriced;
    if (unpriced?.policy !== "standIn") return null;
    const tokens = (usage.inputTokens ?? 0) + (usage.outputTokens ?? 0);
    return Math.round((tokens * unpriced.nanoUsdPerMillionTokens) / 1_000_000);
  }
}

function share({ peakNanoUsd, amountNanoUsd }: ReplayedAccount): number {
  return amountNanoUsd === 0 ? Infinity : peakNanoUsd / amountNanoUsd;
}

function fillPercent({ spentNanoUsd, amountNanoUsd }: ReplayedAccount): number {
  return amountNanoUsd === 0 ? 100 : (spentNanoUsd / amountNanoUsd) * 100;
}
