import type { Dimension } from "@outlay/core";
import type { Ledger } from "../ledger/ledger.ts";
import { periodAt, QUARTER_HOUR_MS, type LimitStretch } from "./limit-period.ts";
import { accountDimension } from "./limit-scope.ts";
import type { Limit } from "./limit.ts";

/** What one value has spent in one period, as a replay goes on. */
export interface ReplayedAccount {
  value: string | null;
  /** null: rolling periods, sessions and totals. */
  startMs: number | null;
  amountNanoUsd: number;
  spentNanoUsd: number;
  /** Most that was spent at any time. */
  peakNanoUsd: number;
  /** Calls in the running minute, for throttles. */
  minute: number;
  minuteCalls: number;
}

const DAY_MS = 86_400_000;

/** The accounts of a limit: one for each value and period, made as they are met. */
export class ReplayedAccounts {
  readonly #limit: Limit;
  readonly #timeZone: string;
  readonly #accounts = new Map<string, ReplayedAccount>();
  /** Ascending, of the calendar. */
  readonly #spans: LimitStretch[] = [];
  /** Of rolling periods: what was spent in each quarter-hour that is not over the edge yet, by value. */
  readonly #slots = new Map<string | null, { slot: number; nanoUsd: number }[]>();
  /** Events since then have to be read to know what had been spent when the replay begins. */
  readFromMs = 0;

  constructor(limit: Limit, timeZone: string) {
    this.#limit = limit;
    this.#timeZone = timeZone;
  }

  get all(): Iterable<ReplayedAccount> {
    return this.#accounts.values();
  }

  /**
   * Fills in what had been spent when the replay begins. A limit that starts at an instant is taken to have started then: nothing
   * had been spent.
   */
  async open(ledger: Ledger, fromMs: number): Promise<void> {
    const { period, startsAtMs, filters } = this.#limit;
    const each = accountDimension(this.#limit);
    this.readFromMs = fromMs;
    if (startsAtMs !== null) return;
    if (period.unit === "session") this.readFromMs = fromMs - DAY_MS;
    else if (period.rolling) this.readFromMs = periodAt(this.#limit, fromMs, this.#timeZone).startMs;
    else {
      const { startMs } = periodAt(this.#limit, fromMs, this.#timeZone);
      if (startMs >= fromMs) return;
      const by: Dimension[] = each === null ? [] : [each];
      const { rows } = await ledger.storage.sum({ startMs, endMs: fromMs, by, filters });
      for (const { key, sums } of rows) {
        const value = each === null ? null : key[0]!;
        if (each === null || value !== null) this.add(this.at(value, startMs), startMs, Number(sums.costNanoUsd));
      }
    }
  }

  /** The account that a call of this value at this instant belongs to, as full as it is then. */
  at(value: string | null, atMs: number): ReplayedAccount {
    const span = this.#limit.period.rolling ? null : this.#spanAt(atMs);
    const key = `${span?.startMs ?? ""} ${value ?? ""}`;
    let account = this.#accounts.get(key);
    if (account === undefined) {
      account = {
        value,
        startMs: span === null || span.startMs === 0 ? null : span.startMs,
        amountNanoUsd: this.#limit.amountNanoUsd + this.#carriedOver(value, span),
        spentNanoUsd: 0,
        peakNanoUsd: 0,
        minute: 0,
        minuteCalls: 0,
      };
      this.#accounts.set(key, account);
    }
    if (this.#limit.period.rolling) this.#forget(account, atMs);
    return account;
  }

  add(account: ReplayedAccount, atMs: number, nanoUsd: number): void {
    account.spentNanoUsd += nanoUsd;
    account.peakNanoUsd = Math.max(account.peakNanoUsd, account.spentNanoUsd);
    if (!this.#limit.period.rolling) return;
    const slot = Math.floor(atMs / QUARTER_HOUR_MS);
    let slots = this.#slots.get(account.value);
    if (slots === undefined) this.#slots.set(account.value, (slots = []));
    const last = slots.at(-1);
    if (last !== undefined && last.slot >= slot) last.nanoUsd += nanoUsd;
    else slots.push({ slot, nanoUsd });
  }

  /** What the periods before left unspent. Before the replay nothing is known to be left. */
  #carriedOver(value: string | null, span: LimitStretch | null): number {
    const { carryOver, amountNanoUsd } = this.#limit;
    const first = this.#spans[0];
    if (!carryOver || span === null || first === undefined || span.startMs <= first.startMs) return 0;
    const before = this.#spanAt(span.startMs - 1);
    const account = this.#accounts.get(`${before.startMs} ${value ?? ""}`);
    if (account === undefined) return amountNanoUsd + this.#carriedOver(value, before);
    return Math.max(0, account.amountNanoUsd - account.spentNanoUsd);
  }

  #forget(account: ReplayedAccount, atMs: number): void {
    const slots = this.#slots.get(account.value);
    if (slots === undefined) return;
    const firstSlot = periodAt(this.#limit, atMs, this.#timeZone).startMs / QUARTER_HOUR_MS;
    let gone = 0;
    while (gone < slots.length && slots[gone]!.slot < firstSlot) account.spentNanoUsd -= slots[gone++]!.nanoUsd;
    if (gone > 0) slots.splice(0, gone);
  }

  /** Mostly the last one that was asked for. */
  #spanAt(atMs: number): LimitStretch {
    const known = this.#spans.findLast(({ startMs, endMs }) => atMs >= startMs && atMs < endMs);
    if (known !== undefined) return known;
    const span = periodAt(this.#limit, atMs, this.#timeZone);
    this.#spans.push(span);
    this.#spans.sort((a, b) => a.startMs - b.startMs);
    return span;
  }
}
