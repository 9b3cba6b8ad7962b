import type { RecordedCharge, RecordedEvent, Storage } from "../storage/storage.ts";
import type { StorageWatch, ToldRevision } from "../storage/watch-storage.ts";
import { newAccount, newActiveLimit, unitsOf, type Account, type ActiveLimit } from "./account.ts";
import { LimitIndex } from "./limit-index.ts";
import { countsCharges } from "./limit-scope.ts";
import type { Limit, LimitOverride } from "./limit.ts";
import { loadSpent } from "./load-spent.ts";
import { valuesOfCharge, valuesOfEvent, type ValueOf } from "./match-filter.ts";

/** Accounts in memory, beyond which those that were not used for long are dropped; they are loaded again when needed. */
const MAX_WEIGHT = 20_000;
/** Loads after which a counter is taken as it is although sums moved meanwhile; it is loaded again before its next use. */
const MAX_LOADS = 5;
const VALUES_AT_ONCE = 500;

interface AccountsOptions {
  storage: Storage;
  now: () => number;
  /** For limits that name none; it may change, and then they have to be loaded again. */
  readonly timeZone: string;
  /** The spending of an account that is loaded may have changed. */
  moved: (account: Account) => void;
  /** An account that is not loaded has spent something. */
  unseen: (active: ActiveLimit, value: string | null) => void;
}

/** The counters of all limits: loaded from the ledger when first needed, then moved by every event that is stored. */
export class Accounts implements StorageWatch {
  readonly limits = new Map<string, ActiveLimit>();
  #options: AccountsOptions;
  #index = new LimitIndex<ActiveLimit>([]);
  #weight = 0;
  #maxWeight = MAX_WEIGHT;
  #use = 0;

  constructor(options: AccountsOptions) {
    this.#options = options;
  }

  /** Limits that are there already keep what is set aside, and load their spending again when their terms have changed. */
  put(limits: readonly Limit[], overridesOf: (limit: Limit) => LimitOverride[]): void {
    for (const limit of limits) {
      const before = this.limits.get(limit.id);
      const active = newActiveLimit(limit, overridesOf(limit));
      if (before !== undefined) this.#takeOver(active, before);
      this.limits.set(limit.id, active);
    }
    this.#indexAll();
  }

  remove(limitId: string): void {
    const active = this.limits.get(limitId);
    if (active === undefined) return;
    this.limits.delete(limitId);
    for (const account of active.accounts.values()) this.#forget(account);
    this.#indexAll();
  }

  /** The accounts of all enabled limits that something falls under. They need not be loaded. */
  find(valueOf: ValueOf): Account[] {
    const found: Account[] = [];
    this.#index.match(valueOf, (active, value) => {
      if (active.limit.enabled) found.push(this.of(active, value));
    });
    return found;
  }

  of(active: ActiveLimit, value: string | null): Account {
    const key = value ?? "";
    let account = active.accounts.get(key);
    if (account === undefined) {
      if (this.#weight >= this.#maxWeight) this.#trim();
      active.accounts.set(key, (account = newAccount(active, value)));
      this.#weight += 1;
    }
    account.lastUse = ++this.#use;
    return account;
  }

  isReady({ spent, stale }: Account, nowMs: number): boolean {
    return spent !== null && !stale && spent.covers(nowMs);
  }

  /** Loads what is not ready. Afterwards each is as exact as its last load, and covers the present. */
  async load(accounts: readonly Account[]): Promise<void> {
    const groups = new Map<ActiveLimit, Account[]>();
    const running: Promise<void>[] = [];
    const nowMs = this.#options.now();
    for (const account of accounts) {
      if (account.loading !== null) running.push(account.loading);
      else if (!this.isReady(account, nowMs)) {
        const group = groups.get(account.active);
        if (group === undefined) groups.set(account.active, [account]);
        else group.push(account);
      }
    }
    for (const group of groups.values()) {
      for (let from = 0; from < group.length; from += VALUES_AT_ONCE) {
        running.push(this.#loadGroup(group.slice(from, from + VALUES_AT_ONCE)));
      }
    }
    await Promise.all(running);
  }

  added(events: RecordedEvent[], seqs: number[]): void {
    if (this.limits.size === 0) return;
    const nowMs = this.#options.now();
    for (const [index, event] of events.entries()) {
      this.#index.match(valuesOfEvent(event), (active, value) => {
        const account = active.accounts.get(value ?? "");
        if (account === undefined) this.#options.unseen(active, value);
        else this.#count(account, event, seqs[index]!, nowMs);
      });
    }
  }

  wantsRevisions(): boolean {
    return this.limits.size > 0;
  }

  /** What was is taken out again and what is now comes in; a removal has no place in the order of arrival, so what it moved is loaded again. */
  revised(revisions: ToldRevision[]): void {
    const nowMs = this.#options.now();
    for (const { before, after, seq } of revisions) {
      this.#index.match(valuesOfEvent(before), (active, value) => {
        const account = active.accounts.get(value ?? "");
        if (account === undefined) this.#options.unseen(active, value);
        else if (seq === null) this.#makeStale(account);
        else this.#count(account, before, seq, nowMs, -1n);
      });
      if (after === null || seq === null) continue;
      this.#index.match(valuesOfEvent(after), (active, value) => {
        const account = active.accounts.get(value ?? "");
        if (account === undefined) this.#options.unseen(active, value);
        else this.#count(account, after, seq, nowMs);
      });
    }
  }

  /** Charges have no order of arrival that sums could be compared with: what counts them is loaded again. */
  addedCharges(charges: RecordedCharge[]): void {
    for (const charge of charges) {
      if (charge.kind === "revenue") continue;
      this.#index.match(valuesOfCharge(charge), (active, value) => {
        if (!countsCharges(active.limit)) return;
        const account = active.accounts.get(value ?? "");
        if (account === undefined) this.#options.unseen(active, value);
        else this.#makeStale(account);
      });
    }
  }

  moved(): void {
    for (const active of this.limits.values()) {
      for (const account of active.accounts.values()) this.#makeStale(account);
    }
  }

  /** All that are in memory. */
  *all(): Iterable<Account> {
    for (const active of this.limits.values()) yield* active.accounts.values();
  }

  #makeStale(account: Account): void {
    if (account.spent === null && account.loading === null) return;
    account.stale = true;
    this.#options.unseen(account.active, account.value);
  }

  #count(account: Account, event: RecordedEvent, seq: number, nowMs: number, sign = 1n): void {
    const { active, spent } = account;
    const unpricedTokens =
      event.costNanoUsd === null ? (event.usage.inputTokens ?? 0) + (event.usage.outputTokens ?? 0) : 0;
    const amount = sign * unitsOf(active, event.costNanoUsd ?? 0, unpricedTokens);
    if (account.loading !== null) account.waiting.push({ seq, occurredAtMs: event.occurredAtMs, amount });
    if (spent !== null && seq > spent.upToSeq && spent.add(event.occurredAtMs, amount) === "stale") {
      account.stale = true;
    }
    if (this.isReady(account, nowMs)) this.#options.moved(account);
    else this.#options.unseen(active, account.value);
  }

  #loadGroup(group: Account[]): Promise<void> {
    const loading = this.#loadSettled(group).finally(() => {
      for (const account of group) {
        account.loading = null;
        account.waiting = [];
      }
    });
    for (const account of group) account.loading = loading;
    return loading;
  }

  /** Again while sums move in ways that are not told event by event. */
  async #loadSettled(group: Account[]): Promise<void> {
    const { storage, now } = this.#options;
    const values = group.map(({ value }) => value);
    for (let load = 1; ; load++) {
      // A change of the limit puts another one here.
      const { active } = group[0]!;
      for (const account of group) {
        account.stale = false;
        account.waiting = [];
      }
      const nowMs = now();
      const loaded = await loadSpent({ storage, timeZone: this.#options.timeZone }, active, values, nowMs);
      for (const [index, account] of group.entries()) {
        const spent = loaded[index]!;
        for (const { seq, occurredAtMs, amount } of account.waiting) {
          if (seq > spent.upToSeq && spent.add(occurredAtMs, amount) === "stale") account.stale = true;
        }
        this.#weight += spent.weight - (account.spent?.weight ?? 0);
        account.spent = spent;
      }
      const settled = group.every(({ stale, spent }) => !stale && spent!.covers(now()));
      if (settled || load === MAX_LOADS) break;
    }
    for (const account of group) if (this.isReady(account, now())) this.#options.moved(account);
  }

  #takeOver(active: ActiveLimit, before: ActiveLimit): void {
    const sameAccounts =
      active.limit.each === before.limit.each &&
      (active.limit.period.unit === "session") === (before.limit.period.unit === "session");
    const sameSpending = spendingTerms(active.limit) === spendingTerms(before.limit);
    for (const [key, account] of before.accounts) {
      if (!sameAccounts) {
        this.#forget(account);
        continue;
      }
      account.active = active;
      account.throttle = null;
      if (!sameSpending) {
        this.#weight -= account.spent?.weight ?? 0;
        account.spent = null;
        account.stale = true;
      }
      active.accounts.set(key, account);
    }
  }

  #forget(account: Account): void {
    this.#weight -= 1 + (account.spent?.weight ?? 0);
    for (const lease of account.leases ?? []) lease.parts = lease.parts.filter((part) => part.account !== account);
    account.leases = null;
    account.leasedNanoUsd = 0;
  }

  #trim(): void {
    const nowMs = this.#options.now();
    const idle = [...this.all()].filter(
      ({ leases, loading, throttle }) => leases === null && loading === null && (throttle?.count(nowMs) ?? 0) === 0,
    );
    idle.sort((one, other) => one.lastUse - other.lastUse);
    for (const account of idle.slice(0, Math.ceil(idle.length / 2))) {
      account.active.accounts.delete(account.value ?? "");
      this.#weight -= 1 + (account.spent?.weight ?? 0);
    }
    // When all are needed, sorting them again for each new one would help nobody.
    this.#maxWeight = Math.max(MAX_WEIGHT, this.#weight * 1.5);
  }

  #indexAll(): void {
    const all = [...this.limits.values()];
    this.#index = new LimitIndex(all.map((active) => ({ item: active, limit: active.limit })));
  }
}

/** All that decides what counts, as a text to compare. */
function spendingTerms({ filters, each, period, startsAtMs, carryOver, amountNanoUsd, enforcement }: Limit): string {
  const carried = carryOver ? amountNanoUsd : null;
  return JSON.stringify([filters, each, period, startsAtMs, carried, enforcement?.unpriced]);
}
