import { InvalidInput } from "@outlay/core";
import type { Storage } from "../storage/storage.ts";
import { askProvider, SyncFailed } from "./ask-provider.ts";
import type { Connection } from "./connection.ts";
import { planSeries } from "./plan-series.ts";
import type { FetchContext, ProviderKind, Series, Window } from "./provider-kind.ts";
import { providerKind } from "./provider-kinds.ts";
import { replaceDays } from "./reported-store.ts";
import { keepState, NEW_SERIES, type SeriesState, type SyncProblem, type SyncState } from "./sync-state.ts";
import { daysBetween, dayName, dayStart } from "./utc-day.ts";

const HOUR_MS = 3_600_000;

export interface RunOptions {
  storage: Storage;
  now: () => number;
  sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Where the provider is; from the settings alone. */
  baseUrl: string | null;
  connection: Connection;
  /** null: there is none, or it cannot be read. */
  key: string | null;
  state: SyncState;
  /** Fetch again from this day. */
  sinceMs: number | null;
  /** Ends the run; what it has fetched stays. */
  stop: AbortSignal;
  /** Hears of each state that is kept. */
  onState: (state: SyncState) => void;
}

/**
 * Fetches all series of a connection, one after the other. What is fetched is replaced at once, window by window, and how far
 * it came is kept after each: a run that is killed goes on there. A series that fails does not keep the others from theirs, but a
 * key that is refused ends the run. Never throws for what a provider does.
 */
export async function runConnection(options: RunOptions): Promise<SyncState> {
  const run = new Run(options, providerKind(options.connection.provider));
  return run.go();
}

class Run {
  readonly #options: RunOptions;
  readonly #kind: ProviderKind;
  #state: SyncState;

  constructor(options: RunOptions, kind: ProviderKind) {
    this.#options = options;
    this.#kind = kind;
    this.#state = { ...options.state, startedAtMs: options.now(), problem: null, requests: 0, rows: 0 };
  }

  async go(): Promise<SyncState> {
    const { stop, now } = this.#options;
    let last: SyncFailed | null = null;
    try {
      const context = this.#context();
      for (const series of this.#kind.series) {
        const failure = await this.#fetchSeries(series, context);
        last = failure ?? last;
        if (failure !== null && endsRun(failure)) throw failure;
      }
      await this.#readBalance(context);
    } catch (error) {
      if (stop.aborted) return this.#state;
      if (!(error instanceof SyncFailed) && !(error instanceof InvalidInput)) throw error;
      last = error instanceof SyncFailed ? error : last;
      this.#state = { ...this.#state, problem: problemOf(error, now()) };
    }
    return this.#end(last);
  }

  #context(): FetchContext {
    const { connection, key, now, sleep, stop } = this.#options;
    const baseUrl = this.#options.baseUrl ?? this.#kind.baseUrl;
    if (this.#kind.key !== null && key === null) {
      throw new InvalidInput("sync_key_unreadable", "The key cannot be opened with this secret: enter it again");
    }
    const ask = askProvider({
      title: this.#kind.title,
      baseUrl: baseUrl ?? "",
      secret: key ?? "",
      paceMs: this.#kind.paceMs,
      now,
      sleep: (ms) => sleep(ms, stop),
      stop,
      onRequest: () => {
        this.#state = { ...this.#state, requests: this.#state.requests + 1 };
      },
    });
    return { ask, key: key ?? "", settings: connection.settings, nowMs: now() };
  }

  async #fetchSeries(series: Series, context: FetchContext): Promise<SyncFailed | null> {
    const { connection, sinceMs, now } = this.#options;
    const before = this.#state.series[series.name] ?? NEW_SERIES;
    const { windows, note } = planSeries(series, before, { connection, nowMs: now(), sinceMs });
    const isNothing = windows.length === 0;
    this.#changeSeries(series.name, isNothing ? { note, problem: null } : { note, resumeMs: windows[0]!.startMs });
    // days that somebody wants again: a run that is killed has to know of them
    if (sinceMs !== null) await this.#keep();
    try {
      for (const window of windows) await this.#fetchWindow(series, window, window === windows.at(-1), context);
    } catch (error) {
      const failure = error instanceof RangeError ? tooMuch(this.#kind, error) : error;
      if (this.#options.stop.aborted || !(failure instanceof SyncFailed)) throw failure;
      this.#changeSeries(series.name, { problem: problemOf(failure, now()) });
      await this.#keep();
      return failure;
    }
    return null;
  }

  async #fetchWindow(series: Series, window: Window, isLast: boolean, context: FetchContext): Promise<void> {
    const { storage, connection, now, stop } = this.#options;
    const table = await series.fetch(window, context);
    stop.throwIfAborted();
    const days = daysBetween(window.startMs, window.endMs).map((dayMs) => ({ dayMs, rows: table.rowsOf(dayMs) }));
    await replaceDays(storage, { connectionId: connection.id, series: series.name }, days);
    const { coveredToMs, firstMs } = this.#state.series[series.name]!;
    // the current day is not over: it is fetched again, whatever comes
    const reachedMs = Math.min(window.endMs, dayStart(now()));
    this.#state = { ...this.#state, rows: this.#state.rows + table.size };
    this.#changeSeries(series.name, {
      coveredToMs: Math.max(coveredToMs ?? reachedMs, reachedMs),
      firstMs: Math.min(firstMs ?? window.startMs, window.startMs),
      ...(isLast ? { problem: null, resumeMs: null } : { resumeMs: window.endMs }),
    });
    await this.#keep();
  }

  async #readBalance(context: FetchContext): Promise<void> {
    if (this.#kind.readBalance === undefined) return;
    const { storage, connection, now } = this.#options;
    const balance = { ...(await this.#kind.readBalance(context)), atMs: now() };
    this.#state = { ...this.#state, balance };
    // providers tell no history of it: one a day is kept
    const collection = JSON.stringify(["balances", connection.id]);
    await storage.putRecords(collection, [{ id: dayName(dayStart(now())), atMs: dayStart(now()), body: balance }]);
  }

  async #end(last: SyncFailed | null): Promise<SyncState> {
    const { now, connection } = this.#options;
    const seriesProblems = this.#kind.series.flatMap(({ name }) => this.#state.series[name]?.problem ?? []);
    const isGood = this.#state.problem === null && seriesProblems.length === 0;
    const nowMs = now();
    // what failed is tried again soon, but not before the provider wants it
    const waitMs = isGood ? connection.everyHours * HOUR_MS : HOUR_MS;
    this.#state = {
      ...this.#state,
      problem: this.#state.problem ?? seriesProblems[0] ?? null,
      endedAtMs: nowMs,
      goodAtMs: isGood ? nowMs : this.#state.goodAtMs,
      failures: isGood ? 0 : this.#state.failures + 1,
      nextRunAtMs: Math.max(nowMs + waitMs, last?.retryAtMs ?? 0),
    };
    await this.#keep();
    return this.#state;
  }

  #changeSeries(name: string, change: Partial<SeriesState>): void {
    const before = this.#state.series[name] ?? NEW_SERIES;
    this.#state = { ...this.#state, series: { ...this.#state.series, [name]: { ...before, ...change } } };
  }

  async #keep(): Promise<void> {
    await keepState(this.#options.storage, this.#options.connection.id, this.#state);
    this.#options.onState(this.#state);
  }
}

/** The others would be told the same, or should leave the provider alone. */
function endsRun({ code }: SyncFailed): boolean {
  return code === "sync_key_refused" || code === "sync_rate_limited" || code === "sync_provider_down";
}

function tooMuch(kind: ProviderKind, error: RangeError): SyncFailed {
  return new SyncFailed({
    code: "sync_answer_unreadable",
    message: `${kind.title} reports ${error.message}`,
    retryable: false,
  });
}

function problemOf(error: SyncFailed | InvalidInput, atMs: number): SyncProblem {
  return { code: error.code, message: error.message, atMs };
}
