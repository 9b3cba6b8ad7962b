import type { Account, ActiveLimit } from "./account.ts";
import type { Accounts } from "./accounts.ts";

const DELAY_MS = 250;
/** Of one limit in one round: whoever imports a million users must not keep the readers from everything else. */
const VALUES_AT_ONCE = 500;
/** Of one limit. What does not fit is looked at when it spends again. */
const MAX_WAITING = 10_000;

/**
 * Loads accounts that nobody has asked for, so that their thresholds are seen: some time after something has happened to them, one
 * question after the other.
 */
export class BackgroundLoads {
  #accounts: Accounts;
  #loaded: (account: Account) => void;
  #logFailure: (error: unknown) => void;
  /** By id of the limit. */
  #waiting = new Map<string, Set<string | null>>();
  #timer: NodeJS.Timeout | null = null;
  #running: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(options: {
    accounts: Accounts;
    loaded: (account: Account) => void;
    logFailure: (error: unknown) => void;
  }) {
    this.#accounts = options.accounts;
    this.#loaded = options.loaded;
    this.#logFailure = options.logFailure;
  }

  add({ limit }: ActiveLimit, value: string | null): void {
    let values = this.#waiting.get(limit.id);
    if (values === undefined) this.#waiting.set(limit.id, (values = new Set()));
    if (values.size < MAX_WAITING) values.add(value);
    if (this.#timer === null && !this.#isClosed) this.#timer = setTimeout(() => this.#start(), DELAY_MS).unref();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#running;
  }

  #start(): void {
    this.#running = this.#run().finally(() => {
      this.#timer = null;
      if (this.#waiting.size > 0 && !this.#isClosed) this.#timer = setTimeout(() => this.#start(), DELAY_MS).unref();
    });
  }

  async #run(): Promise<void> {
    // What comes while this round runs waits for the next one.
    const limitIds = [...this.#waiting.keys()];
    for (const limitId of limitIds) {
      const active = this.#accounts.limits.get(limitId);
      const values = this.#waiting.get(limitId)!;
      const some = [...values].slice(0, VALUES_AT_ONCE);
      for (const value of some) values.delete(value);
      if (values.size === 0 || active === undefined) this.#waiting.delete(limitId);
      if (active === undefined || this.#isClosed) continue;
      const accounts = some.map((value) => this.#accounts.of(active, value));
      await this.#accounts.load(accounts).then(() => accounts.forEach(this.#loaded), this.#logFailure);
    }
  }
}
