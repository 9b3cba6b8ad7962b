import type { WireEvent } from "@outlay/core";
import type { Random } from "./random.ts";
import { uuidV7 } from "./uuid-v7.ts";

/** Space for the number of a call below its millisecond in one sortable number: 27 bits of a day, 26 bits here. */
const maxCalls = 2 ** 26;

/** Everything of a call except what follows from its instant. */
export type CallDetails = Omit<WireEvent, "id" | "occurredAt">;

/** Collects the calls of one day, which arrive session by session, and hands them out in the order of their time. */
export class DayOfCalls {
  readonly startMs: number;
  readonly lengthMs: number;
  readonly #count: number;
  readonly #random: Random;
  readonly #dayIso: string;
  readonly #offsetsMs: Float64Array;
  readonly #events: WireEvent[] = [];
  #sessions = 0;

  /** `count`: how many calls the day has. They lie in the `lengthMs` after `startMs`. */
  constructor(day: { startMs: number; lengthMs: number; count: number; random: Random }) {
    this.startMs = day.startMs;
    this.lengthMs = day.lengthMs;
    this.#count = Math.min(day.count, maxCalls);
    this.#random = day.random;
    this.#dayIso = new Date(day.startMs).toISOString().slice(0, 11);
    this.#offsetsMs = new Float64Array(this.#count);
  }

  get isFull(): boolean {
    return this.#events.length >= this.#count;
  }

  /** Numbers the day's sessions, from 0. */
  nextSession(): number {
    return this.#sessions++;
  }

  /** `offsetMs` from the start of the day. Calls beyond the day's count are left out. */
  add(offsetMs: number, details: CallDetails): void {
    if (this.isFull) return;
    this.#offsetsMs[this.#events.length] = offsetMs;
    const event = details as WireEvent;
    event.id = uuidV7(this.startMs + offsetMs, this.#random);
    event.occurredAt = this.#dayIso + timeOfDay(offsetMs);
    this.#events.push(event);
  }

  /** Ascending, those before `untilMs`. */
  *inOrder(untilMs: number): Generator<WireEvent, void, undefined> {
    const order = this.#offsetsMs.map((offsetMs, index) => offsetMs * maxCalls + index).toSorted();
    for (const place of order) {
      if (this.startMs + Math.floor(place / maxCalls) >= untilMs) return;
      yield this.#events[place % maxCalls]!;
    }
  }
}

const twoDigits = Array.from({ length: 60 }, (_, i) => String(i).padStart(2, "0"));
const threeDigits = Array.from({ length: 1_000 }, (_, i) => String(i).padStart(3, "0"));

/** `13:05:09.042Z`; four times as fast as `toISOString`. */
function timeOfDay(offsetMs: number): string {
  const seconds = Math.floor(offsetMs / 1_000);
  const minutes = Math.floor(seconds / 60);
  return `${twoDigits[Math.floor(minutes / 60)]}:${twoDigits[minutes % 60]}:${twoDigits[seconds % 60]}.${threeDigits[offsetMs % 1_000]}Z`;
}
