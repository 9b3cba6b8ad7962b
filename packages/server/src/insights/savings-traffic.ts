import { InvalidInput, type Dimension, type Period } from "@outlay/core";
import { isExactly } from "../ledger/filters.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { totalOf } from "../ledger/sums.ts";
import type { Filter, StoredEvent, SumRow, Sums } from "../storage/storage.ts";

/** The calls of one model, of one activity where that is known. */
export interface Task {
  /** null: the calls name none. */
  activity: string | null;
  provider: string;
  model: string;
  sums: Sums;
}

export interface Sample {
  /** In order of time. */
  events: StoredEvent[];
  /** Every call of the period, not a part of them. */
  isWhole: boolean;
}

/** What advice is given on: sums of a period, and a bounded number of its single calls. */
export interface Traffic {
  period: Period;
  filters: Filter[];
  /** At which prices advice is computed: the newest of the period. */
  priceAtMs: number;
  total: Sums;
  byModel: Task[];
  /** null: no sums are kept that tell, and there are too many calls to read each. */
  byTask: Task[] | null;
  /** Failed calls by model; null as above. */
  failed: Task[] | null;
  sample: Sample;
  scannedEvents: number;
}

/** So few calls are all looked at one by one. */
const MAX_WHOLE = 5_000;
/** Of more, so many in each of so many windows. */
const MAX_IN_WINDOW = 300;
const WINDOWS = 10;
/** Raw events that are read to find them. */
const MAX_READ = 25_000;
/** Raw events that one question may read where no sums are kept for the filters asked. */
const MAX_SCAN = 200_000;

/** Everything that advice is made from, asked at once. */
export async function readTraffic(ledger: Ledger, period: Period, filters: Filter[]): Promise<Traffic> {
  const reading = new TrafficReading(ledger, period);
  const isFailed = isExactly("status", "error");
  const [byModel, byTask, failed, everybodys] = await Promise.all([
    reading.tasks(["provider", "model"], filters),
    reading.tasks(["activity", "provider", "model"], filters, MAX_SCAN),
    reading.tasks(["provider", "model"], [...filters, isFailed], MAX_SCAN),
    reading.tasks(["provider", "model"], []),
  ]);
  const total = totalOf((byModel ?? []).map(({ sums }) => sums));
  const inRange = totalOf((everybodys ?? []).map(({ sums }) => sums)).calls;
  const sample = await reading.sample(filters, Number(total.calls), Number(inRange));
  return {
    period,
    filters,
    priceAtMs: Math.min(period.endMs - 1, ledger.now()),
    total,
    byModel: byModel ?? [],
    byTask,
    failed,
    sample,
    scannedEvents: reading.scannedEvents,
  };
}

class TrafficReading {
  scannedEvents = 0;
  readonly #ledger: Ledger;
  readonly #period: Period;

  constructor(ledger: Ledger, period: Period) {
    this.#ledger = ledger;
    this.#period = period;
  }

  /** With a limit: null when more events than that would have to be read, or they are gone. */
  async tasks(by: Dimension[], filters: Filter[], scanLimit?: number): Promise<Task[] | null> {
    const { startMs, endMs } = this.#period;
    try {
      const answer = await this.#ledger.storage.sum({
        startMs,
        endMs,
        by,
        filters,
        ...(scanLimit === undefined ? {} : { scanLimit }),
      });
      this.scannedEvents += answer.scannedEvents;
      return answer.rows.map(toTask);
    } catch (error) {
      if (scanLimit !== undefined && error instanceof InvalidInput && UNREADABLE.has(error.code)) return null;
      throw error;
    }
  }

  /**
   * All calls where they are few. Otherwise those of ten short windows, evenly spread over the period and as long as it takes for
   * `MAX_READ` events to lie in them, whether they match or not: a filter makes the sample smaller, not slower.
   */
  async sample(filters: Filter[], calls: number, inRange: number): Promise<Sample> {
    const { startMs } = this.#period;
    const endMs = Math.min(this.#period.endMs, this.#ledger.now() + 1);
    if (calls <= MAX_WHOLE && inRange <= MAX_READ) {
      const events = await this.#list({ startMs, endMs: this.#period.endMs }, filters, MAX_WHOLE + 1);
      return { events, isWhole: events.length >= calls };
    }
    const stepMs = (endMs - startMs) / WINDOWS;
    const lengthMs = Math.max(1, Math.floor(stepMs * Math.min(1, MAX_READ / inRange)));
    const windows = Array.from({ length: WINDOWS }, (_, index) => {
      const middleMs = Math.floor(startMs + stepMs * (index + 0.5));
      return { startMs: middleMs - Math.floor(lengthMs / 2), endMs: middleMs + Math.ceil(lengthMs / 2) };
    });
    const lists = await Promise.all(windows.map((window) => this.#list(window, filters, MAX_IN_WINDOW)));
    return { events: lists.flat(), isWhole: false };
  }

  async #list(range: { startMs: number; endMs: number }, filters: Filter[], limit: number): Promise<StoredEvent[]> {
    const { events } = await this.#ledger.storage.listEvents({ ...range, filters, limit });
    return events.toReversed();
  }
}

const UNREADABLE = new Set(["scan_too_large", "raw_events_expired"]);

function toTask({ key, sums }: SumRow): Task {
  const [provider, model] = key.slice(-2).map((part) => part ?? "") as [string, string];
  return { activity: key.length > 2 ? (key[0] ?? null) : null, provider, model, sums };
}

/** The filters that show the calls of a task. */
export function taskFilters({ activity, provider, model }: Task): Filter[] {
  return [
    isExactly("provider", provider),
    isExactly("model", model),
    ...(activity === null ? [] : [isExactly("activity", activity)]),
  ];
}

/** "model", or "activity with model". */
export function taskName({ activity, model }: Task): string {
  return activity === null ? model : `${activity} with ${model}`;
}
