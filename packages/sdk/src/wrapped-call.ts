import { mergeContext, type CallContext } from "./context.ts";
import { newEventId } from "./event-id.ts";
import type { TrackedCall, Tracker } from "./tracker.ts";

/** Where wrappers send what they see, and what all calls of a wrapped client have in common. */
export interface WrapperOptions extends CallContext {
  /** An `Outlay`, or anything else that tracks. */
  outlay: Tracker;
}

/** One call that a wrapper watches, from its start to its end, whichever comes first. Never throws. */
export class WrappedCall {
  readonly id: string;
  readonly #tracker: Tracker;
  readonly #context: CallContext;
  readonly #said: CallContext;
  readonly #startedAtMs = Date.now();
  // A clock that is set back must not make a duration negative.
  readonly #started = performance.now();
  #firstPieceMs: number | null = null;
  #isOver = false;

  /**
   * `said` is what the application says of this very call, which wins over everything; `found` is what its request tells about whose
   * it is, which counts where neither `with()` nor the wrapper's options say.
   */
  constructor({ outlay, ...common }: WrapperOptions, said: CallContext = {}, found: CallContext = {}) {
    // Only what is a context: nobody changes what was measured.
    this.#said = mergeContext({}, said);
    this.#tracker = outlay;
    this.id = newEventId(this.#startedAtMs);
    const current = quietly(() => outlay.currentContext?.()) ?? {};
    this.#context = mergeContext(mergeContext(found, common), current);
  }

  /** Whose call it is. */
  get owner(): CallContext {
    return mergeContext(this.#context, this.#said);
  }

  /** The first piece of the answer's text is there. */
  firstPiece(): void {
    this.#firstPieceMs ??= this.#elapsedMs();
  }

  /** Tracks the call, and what else was billed with it; what is said after the first time is not heard. */
  end(facts: TrackedCall, others: TrackedCall[] = []): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const event: TrackedCall = {
      id: this.id,
      durationMs: this.#elapsedMs(),
      ...(this.#firstPieceMs === null ? {} : { timeToFirstTokenMs: this.#firstPieceMs }),
      ...facts,
    };
    for (const each of [event, ...others]) {
      quietly(() => this.#tracker.track({ occurredAt: this.#startedAtMs, ...each, ...this.#said }, this.#context));
    }
  }

  /** To a tenth of a millisecond. */
  #elapsedMs(): number {
    return Math.round((performance.now() - this.#started) * 10) / 10;
  }
}

/** What is measured must never break what it measures: undefined when it throws. */
export function quietly<Result>(measure: () => Result): Result | undefined {
  try {
    return measure();
  } catch {
    return undefined;
  }
}
