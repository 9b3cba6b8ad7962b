import { setTimeout as sleep } from "node:timers/promises";
import { InvalidInput, shown } from "@outlay/core";
import type { Storage } from "../storage/storage.ts";
import { ConnectionBook, type ListedConnection, type SecretSource } from "./connection-book.ts";
import type { ConnectionChange, NewConnection } from "./connection.ts";
import { EXPORT } from "./export-kind.ts";
import { providerKind } from "./provider-kinds.ts";
import type { SyncProvider } from "./provider-names.ts";
import type { ReportedRow } from "./reported-row.ts";
import { forgetReported, replaceDays } from "./reported-store.ts";
import { runConnection } from "./run-connection.ts";
import { forgetState, keepState, NEW_SERIES, NEW_STATE, readStates, type SyncState } from "./sync-state.ts";
import { DAY_MS, dayStart } from "./utc-day.ts";

export interface SyncOptions {
  storage: Storage;
  secret: SecretSource;
  now: () => number;
  /** Other addresses of providers, from the settings. */
  urls: () => Readonly<Partial<Record<SyncProvider, string>>>;
  logFailure: (error: unknown) => void;
  /** Waits between requests; tests do not. */
  sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** A connection with what became of its runs. */
export interface SyncConnection extends ListedConnection {
  title: string;
  /** Its reports come from files. */
  isExport: boolean;
  isRunning: boolean;
  state: SyncState;
}

/** Fetches what providers say was used and what it costs, for the connections that somebody made and nobody else. */
export interface Sync {
  list(): SyncConnection[];
  /** InvalidInput `sync_not_found`. */
  get(id: string): SyncConnection;
  create(wanted: NewConnection, actor: string): Promise<SyncConnection>;
  change(id: string, change: ConnectionChange, actor: string): Promise<SyncConnection>;
  /** All that it has reported goes with it. */
  remove(id: string, actor: string): Promise<void>;
  /**
   * Begins a run, or joins the one that runs. `since`: fetch again from this UTC day. Resolves when it is over; a provider
   * that fails is in the state. InvalidInput `sync_not_found`, `sync_from_files`.
   */
  run(id: string, options?: { since?: string | null }): Promise<SyncConnection>;
  /** Runs those whose time has come, one after the other. */
  runDue(): Promise<void>;
  /** Replaces whole days by what an exported file says. InvalidInput `sync_not_from_files`. */
  putDays(id: string, days: { day: string; rows: ReportedRow[] }[], actor: string): Promise<SyncConnection>;
  /** Ends what runs; it goes on with the next run. */
  close(): Promise<void>;
}

export async function openSync(options: SyncOptions): Promise<Sync> {
  const { storage, secret, now, logFailure } = options;
  const warn = (message: string) => logFailure(new InvalidInput("sync_key_unreadable", message));
  const book = await ConnectionBook.open({ storage, secret, now, warn });
  return new OpenSync(options, book, await readStates(storage));
}

class OpenSync implements Sync {
  readonly #options: SyncOptions;
  readonly #book: ConnectionBook;
  readonly #states: Map<string, SyncState>;
  readonly #running = new Map<string, { done: Promise<void>; stop: AbortController }>();
  #isClosed = false;

  constructor(options: SyncOptions, book: ConnectionBook, states: Map<string, SyncState>) {
    this.#options = options;
    this.#book = book;
    this.#states = states;
  }

  list(): SyncConnection[] {
    return this.#book.list().map((connection) => this.#shown(connection));
  }

  get(id: string): SyncConnection {
    return this.#shown(this.#book.get(id));
  }

  async create(wanted: NewConnection, actor: string): Promise<SyncConnection> {
    return this.#shown(await this.#book.create(wanted, actor));
  }

  async change(id: string, change: ConnectionChange, actor: string): Promise<SyncConnection> {
    return this.#shown(await this.#book.change(id, change, actor));
  }

  async remove(id: string, actor: string): Promise<void> {
    await this.#book.remove(id, actor);
    await this.#stop(id);
    this.#states.delete(id);
    await forgetState(this.#options.storage, id);
    await forgetReported(this.#options.storage, id);
  }

  async run(id: string, { since = null }: { since?: string | null } = {}): Promise<SyncConnection> {
    const { provider } = this.#book.get(id);
    if (providerKind(provider).baseUrl === null) {
      throw new InvalidInput(
        "sync_from_files",
        `The costs of ${providerKind(provider).title} come from its exports: outlay sync ${provider} --path <file>`,
        { field: "id" },
      );
    }
    await (this.#running.get(id) ?? this.#start(id, since)).done;
    return this.get(id);
  }

  async runDue(): Promise<void> {
    for (const { id, enabled, isExport, state } of this.list()) {
      if (this.#isClosed) return;
      const isDue = state.nextRunAtMs === null || this.#options.now() >= state.nextRunAtMs;
      if (!enabled || isExport || !isDue || this.#book.find(id) === null) continue;
      await this.run(id).catch((error: unknown) => this.#options.logFailure(error));
    }
  }

  async putDays(id: string, days: { day: string; rows: ReportedRow[] }[], actor: string): Promise<SyncConnection> {
    const { storage, now } = this.#options;
    const { provider, isExport } = this.get(id);
    if (!isExport) {
      throw new InvalidInput("sync_not_from_files", `${provider} is asked over its API and takes no files`, {
        field: "id",
      });
    }
    const dated = days.map(({ day, rows }) => ({ dayMs: Date.parse(`${day}T00:00:00Z`), rows }));
    await replaceDays(storage, { connectionId: id, series: EXPORT }, dated);
    const before = this.#states.get(id) ?? NEW_STATE;
    const series = before.series[EXPORT] ?? NEW_SERIES;
    const dayTimes = dated.map(({ dayMs }) => dayMs);
    const state: SyncState = {
      ...before,
      startedAtMs: now(),
      endedAtMs: now(),
      goodAtMs: now(),
      rows: dated.reduce((sum, { rows }) => sum + rows.length, 0),
      series: {
        [EXPORT]: {
          ...series,
          firstMs: Math.min(series.firstMs ?? Infinity, ...dayTimes),
          coveredToMs: Math.max(series.coveredToMs ?? 0, ...dayTimes.map((dayMs) => dayMs + DAY_MS)),
        },
      },
    };
    await this.#keep(id, state);
    const [first, last] = [days[0]?.day, days.at(-1)?.day];
    await storage.appendAudit({ atMs: now(), actor, action: "sync_days_replaced", detail: { id, first, last } });
    return this.get(id);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#running.keys()].map((id) => this.#stop(id)));
    await this.#book.close();
  }

  #start(id: string, since: string | null): { done: Promise<void> } {
    const { storage, now, urls } = this.#options;
    const stop = new AbortController();
    const connection = this.#book.get(id);
    const work = async () => {
      const state = await runConnection({
        storage,
        now,
        sleep: this.#options.sleep ?? ((ms, signal) => sleep(ms, undefined, { signal })),
        baseUrl: urls()[connection.provider] ?? null,
        connection,
        key: this.#book.keyOf(id),
        state: this.#states.get(id) ?? NEW_STATE,
        sinceMs: since === null ? null : dayStart(sinceMsOf(since)),
        stop: stop.signal,
        onState: (next) => this.#states.set(id, next),
      });
      if (this.#book.find(id) !== null) this.#states.set(id, state);
    };
    const done = work().finally(() => this.#running.delete(id));
    // whoever joins hears of it; if nobody does, it is not lost
    done.catch(() => {});
    const running = { done, stop };
    this.#running.set(id, running);
    return running;
  }

  async #stop(id: string): Promise<void> {
    const running = this.#running.get(id);
    running?.stop.abort();
    await running?.done.catch(() => {});
  }

  async #keep(id: string, state: SyncState): Promise<void> {
    await keepState(this.#options.storage, id, state);
    this.#states.set(id, state);
  }

  #shown(connection: ListedConnection): SyncConnection {
    const kind = providerKind(connection.provider);
    return {
      ...connection,
      title: kind.title,
      isExport: kind.baseUrl === null,
      isRunning: this.#running.has(connection.id),
      state: this.#states.get(connection.id) ?? NEW_STATE,
    };
  }
}

/** InvalidInput `unreadable_time`. */
function sinceMsOf(text: string): number {
  const ms = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  if (!Number.isNaN(ms)) return ms;
  throw new InvalidInput("unreadable_time", `since is ${shown(text)}; expected a UTC day such as 2026-11-01`, {
    field: "since",
  });
}
