import type { Storage } from "../storage/storage.ts";
import { amountOf, percentOf, type Account } from "./account.ts";
import { spentNanoUsd } from "./judge.ts";

const COLLECTION = "limit-thresholds";
/** Longer than any period of the calendar. */
const KEEP_MS = 400 * 86_400_000;
/** A rolling period tells of a threshold again after its use has fallen below it by as many points. */
const REARM_POINTS = 5;

interface StoredTold {
  percent: number;
  amountNanoUsd: number;
}

/** Sees when spending passes thresholds, and remembers in the store which of them was told of. */
export class ThresholdWatch {
  #storage: Storage;
  #now: () => number;
  #tell: (account: Account, percent: number) => void;
  #logFailure: (error: unknown) => void;
  #lookingUp = new WeakSet<Account>();
  #pending = new Set<Promise<void>>();

  constructor(options: {
    storage: Storage;
    now: () => number;
    tell: (account: Account, percent: number) => void;
    logFailure: (error: unknown) => void;
  }) {
    this.#storage = options.storage;
    this.#now = options.now;
    this.#tell = options.tell;
    this.#logFailure = options.logFailure;
  }

  /** Forgets what was told of so long ago that its period is over. */
  async forgetOld(): Promise<void> {
    const old = await this.#storage.listRecords(COLLECTION, { toMs: this.#now() - KEEP_MS });
    const ids = old.map(({ id }) => id);
    if (ids.length > 0) await this.#storage.deleteRecords(COLLECTION, ids);
  }

  /** Looks at an account that is loaded. */
  look(account: Account): void {
    const nowMs = this.#now();
    const key = keyOf(account);
    const passed = passedPercent(account, nowMs);
    const { told } = account;
    if (told?.key !== key) {
      if (passed > 0) this.#lookUp(account, key);
      return;
    }
    const amountNanoUsd = amountOf(account, nowMs).nanoUsd;
    const { rolling } = account.active.limit.period;
    const isBelow = rolling && percentNow(account, nowMs) < told.percent - REARM_POINTS;
    const before = isBelow || told.amountNanoUsd !== amountNanoUsd ? Math.min(told.percent, passed) : told.percent;
    const percent = Math.max(before, passed);
    if (percent !== told.percent || amountNanoUsd !== told.amountNanoUsd) {
      account.told = { key, percent, amountNanoUsd };
      const body: StoredTold = { percent, amountNanoUsd };
      this.#run(this.#storage.putRecords(COLLECTION, [{ id: key, atMs: nowMs, body }]));
    }
    if (passed > before) this.#tell(account, passed);
  }

  async close(): Promise<void> {
    await Promise.all(this.#pending);
  }

  #lookUp(account: Account, key: string): void {
    if (this.#lookingUp.has(account)) return;
    this.#lookingUp.add(account);
    const found = this.#storage.listRecords(COLLECTION, { ids: [key] }).then(([record]) => {
      const stored = record?.body as StoredTold | undefined;
      const amountNanoUsd = stored?.amountNanoUsd ?? amountOf(account, this.#now()).nanoUsd;
      account.told = { key, percent: stored?.percent ?? 0, amountNanoUsd };
      this.#lookingUp.delete(account);
      if (account.spent?.covers(this.#now())) this.look(account);
    });
    this.#run(found.finally(() => this.#lookingUp.delete(account)));
  }

  #run(work: Promise<void>): void {
    const running: Promise<void> = work.catch(this.#logFailure).then(() => {
      this.#pending.delete(running);
    });
    this.#pending.add(running);
  }
}

function keyOf({ active, value, spent }: Account): string {
  return JSON.stringify([active.limit.id, value, spent!.period?.startMs ?? null]);
}

function percentNow(account: Account, nowMs: number): number {
  return percentOf(spentNanoUsd(account, nowMs), amountOf(account, nowMs).nanoUsd);
}

/** The highest threshold that is reached; 0: none. */
function passedPercent(account: Account, nowMs: number): number {
  const percent = percentNow(account, nowMs);
  return account.active.limit.thresholdsPercent.findLast((threshold) => threshold <= percent) ?? 0;
}
