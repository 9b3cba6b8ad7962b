import { randomUUID } from "node:crypto";
import type { Storage } from "../storage/storage.ts";
import { amountOf } from "./account.ts";
import type { Accounts } from "./accounts.ts";
import { spentNanoUsd } from "./judge.ts";
import { LeaseJournal, type JournalLease } from "./lease-journal.ts";
import { largestPart, toJournal, type LeasePart, type LeaseRecord } from "./lease-record.ts";
import type { Lease } from "./limit.ts";
import type { OpenLease } from "./limits.ts";

/** After its last renewal. */
const LEASE_MS = 15 * 60_000;
/** Expired leases are looked for so often, and before anything is refused. */
const SWEEP_MS = 1_000;

interface LeasesOptions {
  dataDir: string;
  now: () => number;
  accounts: Accounts;
  logFailure: (error: unknown) => void;
}

/** What is set aside for calls that are running. */
export class Leases {
  #options: LeasesOptions;
  #journal: LeaseJournal;
  #byId = new Map<string, LeaseRecord>();
  #byEvent = new Map<string, LeaseRecord>();
  /** No lease expires before this. */
  #nextExpiryMs = Infinity;
  #sweptMs = 0;

  constructor(options: LeasesOptions) {
    this.#options = options;
    const { dataDir, now, logFailure } = options;
    this.#journal = new LeaseJournal({
      dataDir,
      now,
      logFailure,
      open: () => [...this.#byId.values()].filter(({ parts }) => parts.length > 0).map(toJournal),
    });
  }

  /** Takes up the leases of the process before, but for those whose event is stored or whose time is over. */
  async restore(storage: Storage): Promise<void> {
    const nowMs = this.#options.now();
    const written = this.#journal.read();
    const open = written.filter(({ expiresAtMs }) => expiresAtMs > nowMs);
    const stored = await storage.getEvents(open.map(({ eventId }) => eventId));
    const settled = new Set(stored.map(({ id }) => id));
    for (const lease of open) if (!settled.has(lease.eventId)) this.#restore(lease);
    if (written.length > 0) this.#journal.compact();
    // A stream that goes on may want to raise its lease, which cannot wait.
    const { accounts, logFailure } = this.#options;
    await accounts.load([...accounts.all()].filter(({ leases }) => leases !== null)).catch(logFailure);
  }

  /** The open lease for this event. */
  ofEvent(eventId: string): LeaseRecord | null {
    return this.#byEvent.get(eventId) ?? null;
  }

  byId(id: string): LeaseRecord | null {
    this.expire();
    return this.#byId.get(id) ?? null;
  }

  list(): OpenLease[] {
    this.expire();
    return [...this.#byId.values()].map(({ id, eventId, parts, expiresAtMs }) => ({
      id,
      eventId,
      limitIds: parts.map(({ account }) => account.active.limit.id),
      nanoUsd: largestPart(parts),
      expiresAtMs,
    }));
  }

  /** Sets the parts aside, in place of those of an open lease for the same event. */
  begin(eventId: string, parts: LeasePart[], whenStreamRunsOut: "end" | "finish"): Lease {
    const before = this.#byEvent.get(eventId);
    if (before !== undefined) this.#takeBack(before);
    if (before !== undefined) before.state = "ended";
    const record = this.#newRecord(before?.id ?? randomUUID(), eventId);
    record.parts = parts;
    record.expiresAtMs = this.#options.now() + LEASE_MS;
    record.whenStreamRunsOut = whenStreamRunsOut;
    this.#setAside(record);
    this.#journal.put(toJournal(record));
    return record.lease;
  }

  /** Its event is stored. Spending has grown in the same moment. */
  settle(eventId: string): void {
    const record = this.#byEvent.get(eventId);
    if (record !== undefined) this.#end(record, "ended");
  }

  /** Ends what has expired. Every second, unless it has to be exact. */
  expire(exactly = true): void {
    const nowMs = this.#options.now();
    if (nowMs < this.#nextExpiryMs) return;
    if (!exactly && Math.abs(nowMs - this.#sweptMs) < SWEEP_MS) return;
    this.#sweptMs = nowMs;
    this.#nextExpiryMs = Infinity;
    for (const record of this.#byId.values()) {
      if (record.expiresAtMs <= nowMs) this.#end(record, "expired");
      else this.#nextExpiryMs = Math.min(this.#nextExpiryMs, record.expiresAtMs);
    }
  }

  /** An event that settled a lease may be gone: a restart could not tell any more that it was there. */
  writeEnds(): void {
    this.#journal.flush();
  }

  close(): void {
    this.#journal.close();
  }

  #restore({ id, eventId, expiresAtMs, whenStreamRunsOut, parts }: JournalLease): void {
    const record = this.#newRecord(id, eventId);
    record.expiresAtMs = expiresAtMs;
    record.whenStreamRunsOut = whenStreamRunsOut;
    for (const { limitId, value, nanoUsd, fixed } of parts) {
      const active = this.#options.accounts.limits.get(limitId);
      if (active !== undefined)
        record.parts.push({ account: this.#options.accounts.of(active, value), nanoUsd, fixed });
    }
    if (record.parts.length > 0) this.#setAside(record);
  }

  #newRecord(id: string, eventId: string): LeaseRecord {
    const lease: Lease = {
      id,
      get leasedNanoUsd() {
        return largestPart(record.parts);
      },
      get whenStreamRunsOut() {
        return record.whenStreamRunsOut;
      },
      raiseTo: (nanoUsd) => this.#raise(record, Math.ceil(nanoUsd)),
      release: () => this.#end(record, "ended"),
      renew: () => this.#renew(record),
    };
    const record: LeaseRecord = {
      id,
      eventId,
      parts: [],
      expiresAtMs: 0,
      whenStreamRunsOut: "finish",
      state: "open",
      lease,
    };
    return record;
  }

  #setAside(record: LeaseRecord): void {
    record.state = "open";
    this.#byId.set(record.id, record);
    this.#byEvent.set(record.eventId, record);
    this.#nextExpiryMs = Math.min(this.#nextExpiryMs, record.expiresAtMs);
    for (const { account, nanoUsd } of record.parts) {
      account.leasedNanoUsd += nanoUsd;
      (account.leases ??= new Set()).add(record);
    }
  }

  #takeBack(record: LeaseRecord): void {
    this.#byId.delete(record.id);
    this.#byEvent.delete(record.eventId);
    for (const { account, nanoUsd } of record.parts) {
      account.leasedNanoUsd -= nanoUsd;
      account.leases?.delete(record);
      if (account.leases?.size === 0) account.leases = null;
    }
  }

  #end(record: LeaseRecord, state: "expired" | "ended"): void {
    if (record.state === "open") {
      this.#takeBack(record);
      this.#journal.end(record.id);
    }
    // What has ended stays so: an event that is stored was not waiting to expire.
    if (record.state !== "ended") record.state = state;
  }

  /** Also brings back what expired while its owner was alive after all. */
  #renew(record: LeaseRecord): void {
    const isTaken = this.#byEvent.has(record.eventId) && this.#byEvent.get(record.eventId) !== record;
    if (record.state === "ended" || isTaken) return;
    record.expiresAtMs = this.#options.now() + LEASE_MS;
    // With a clock that was set back, a renewed lease can be over sooner than it would have been.
    this.#nextExpiryMs = Math.min(this.#nextExpiryMs, record.expiresAtMs);
    if (record.state === "expired") {
      record.parts = record.parts.flatMap((part) => this.#stillThere(part));
      this.#setAside(record);
      this.#journal.put(toJournal(record));
    } else this.#journal.renew(record.id, record.expiresAtMs);
  }

  /** Its account may have been dropped meanwhile, its limit changed or removed. */
  #stillThere({ account, nanoUsd, fixed }: LeasePart): LeasePart[] {
    const { accounts } = this.#options;
    const active = accounts.limits.get(account.active.limit.id);
    return active === undefined ? [] : [{ account: accounts.of(active, account.value), nanoUsd, fixed }];
  }

  #raise(record: LeaseRecord, nanoUsd: number): boolean {
    if (record.state === "expired") this.#renew(record);
    if (record.state !== "open") return false;
    const rising = record.parts.filter((part) => !part.fixed && part.nanoUsd < nanoUsd);
    if (rising.length === 0) return true;
    this.expire(false);
    if (!rising.every((part) => this.#hasRoom(part, nanoUsd))) return false;
    for (const part of rising) {
      part.account.leasedNanoUsd += nanoUsd - part.nanoUsd;
      part.nanoUsd = nanoUsd;
    }
    this.#journal.put(toJournal(record));
    return true;
  }

  #hasRoom({ account, nanoUsd: before }: LeasePart, nanoUsd: number): boolean {
    const { accounts, now } = this.#options;
    const nowMs = now();
    if (account.active.limit.enforcement?.atLimit !== "block" || !account.active.limit.enabled) return true;
    if (!accounts.isReady(account, nowMs)) void accounts.load([account]).catch(this.#options.logFailure);
    const amount = amountOf(account, nowMs);
    if (amount.lifted) return true;
    // Not loaded since the limit was changed, or its period turned over a moment ago: what is known is what there is.
    if (account.spent === null) return false;
    return spentNanoUsd(account, nowMs) + account.leasedNanoUsd - before + nanoUsd <= amount.nanoUsd;
  }
}
