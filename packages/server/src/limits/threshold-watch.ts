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

  /** Looks at an account that is loaded. Runs with every event: most are below all thresholds. */
  look(account: Account): void {
    const nowMs = this.#now();
    const { told } = account;
    const amountNanoUsd = amountOf(account, nowMs).nanoUsd;
    const percent = percentOf(spentNanoUsd(account, nowMs), amountNanoUsd);
    const passed = passedOf(account, percent);
    if (told === null || told.periodStartMs !== periodStartOf(account)) {
      if (passed > 0) this.#lookUp(account);
      return;
    }
    const isBelow = account.active.limit.period.rolling && percent < told.percent - REARM_POINTS;
    const before = isBelow || told.amountNanoUsd !== amountNanoUsd ? Math.min(told.percent, passed) : told.percent;
    const highest = Math.max(before, passed);
    if (highest !== told.percent || amountNanoUsd !== told.amountNanoUsd) {
      account.told = { periodStartMs: told.periodStartMs, percent: highest, amountNanoUsd };
      const body: StoredTold = { percent: highest, amountNanoUsd };
      this.#run(this.#storage.putRecords(COLLECTION, [{ id: keyOf(account), atMs: nowMs, body }]));
    }
    if (passed > before) this.#tell(account, passed);
  }

  async close(): Promise<void> {
    await Promise.all(this.#pending);
  }

  #lookUp(account: Account): void {
    if (this.#lookingUp.has(account)) return;
    this.#lookingUp.add(account);
    const periodStartMs = periodStartOf(account);
    const found = this.#storage.listRecords(COLLECTION, { ids: [keyOf(account)] }).then(([record]) => {
      const stored = record?.body as StoredTold | undefined;
      const amountNanoUsd = stored?.amountNanoUsd ?? amountOf(account, this.#now()).nanoUsd;
      account.told = { periodStartMs, percent: stored?.percent ?? 0, amountNanoUsd };
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

function keyOf(account: Account): string {
  return JSON.stringify([account.active.limit.id, account.value, periodStartOf(account)]);
}

function periodStartOf({ spent }: Account): number | null {
  return spent!.period?.startMs ?? null;
}

/** The highest threshold that is reached; 0: none. */
function passedOf({ active }: Account, percent: number): number {
  let passed = 0;
  for (const threshold of active.limit.thresholdsPercent) {
    if (threshold > percent) break;
    passed = threshold;
  }
  return passed;
}
