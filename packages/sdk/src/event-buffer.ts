import type { CallContext } from "./context.ts";
import type { TrackedCall } from "./tracker.ts";

/** A call as it was handed over, before anything was done with it. */
export interface NotedCall {
  id: string;
  /** When it was handed over, in milliseconds since 1970. */
  atMs: number;
  /** A copy of the event's own fields and of its usage's; what lies deeper is still the caller's. */
  event: TrackedCall;
  context: CallContext | undefined;
}

/** A ring of calls that wait to be written down: a push costs no more when it is nearly full. */
export class EventBuffer {
  readonly #slots: (NotedCall | undefined)[];
  #first = 0;
  #length = 0;

  constructor(capacity: number) {
    this.#slots = Array.from({ length: capacity });
  }

  get length(): number {
    return this.#length;
  }

  get full(): boolean {
    return this.#length === this.#slots.length;
  }

  /** False when there was no room. */
  push(call: NotedCall): boolean {
    const { length } = this.#slots;
    if (this.#length === length) return false;
    let at = this.#first + this.#length;
    if (at >= length) at -= length;
    this.#slots[at] = call;
    this.#length += 1;
    return true;
  }

  /** The oldest; undefined when there is none. */
  take(): NotedCall | undefined {
    if (this.#length === 0) return undefined;
    const call = this.#slots[this.#first];
    this.#slots[this.#first] = undefined;
    this.#first = this.#first + 1 === this.#slots.length ? 0 : this.#first + 1;
    this.#length -= 1;
    return call;
  }
}
