import type { CallContext } from "./context.ts";
import { errorFacts } from "./error-facts.ts";
import { newEventId } from "./event-id.ts";
import { observeStream } from "./observe-stream.ts";
import type { TrackedCall, Tracker } from "./tracker.ts";

/** A call that is under way. */
export interface RunningCall {
  /** The id that its event will have. */
  readonly id: string;
  /** The model to ask: the one that was said, or the cheaper one that a limit wants in its place. */
  readonly model: string;
  /** Adds what became known: usage, the model that answered, anything. The last word on a field counts. */
  add(facts: Partial<TrackedCall>): void;
}

/** Runs `fn` and tracks what became of it. Gives, throws and streams exactly what `fn` does. */
export function callAI<Result>(tracker: Tracker, facts: TrackedCall, fn: (call: RunningCall) => Result): Result {
  const call = new MeasuredCall(tracker, facts);
  let result: Result;
  try {
    result = fn(call);
  } catch (error) {
    call.fail(error);
    throw error;
  }
  return observeResult(result, call) as Result;
}

function observeResult(result: unknown, call: MeasuredCall): unknown {
  const failed = (error: unknown) => call.fail(error);
  if (!isThenable(result)) return observeStream(result, call);
  if (result instanceof Promise && result.constructor !== Promise) {
    // It can do more than a promise can: `withResponse()` and the like must stay.
    result.then((value) => void observeStream(value, call, "in place"), failed);
    return result;
  }
  // What nobody handles stays unhandled: that is the application's to see.
  return Promise.resolve(result).then(
    (value) => observeStream(value, call),
    (error: unknown) => {
      failed(error);
      throw error;
    },
  );
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}

class MeasuredCall implements RunningCall {
  readonly id: string;
  readonly #tracker: Tracker;
  readonly #context: CallContext | undefined;
  readonly #startedAtMs = Date.now();
  // A clock that is set back must not make a duration negative.
  readonly #started = performance.now();
  /** Our own copy. */
  #facts: TrackedCall;
  #firstPieceMs: number | null = null;
  #streaming = false;
  #ended = false;

  constructor(tracker: Tracker, facts: TrackedCall) {
    this.#tracker = tracker;
    this.#facts = { ...facts };
    this.id = this.#facts.id ?? newEventId(this.#startedAtMs);
    this.#context = tracker.currentContext?.();
  }

  get model(): string {
    return this.#facts.model;
  }

  add(facts: Partial<TrackedCall>): void {
    const { usage } = this.#facts;
    this.#facts = { ...this.#facts, ...facts };
    if (usage && facts?.usage) this.#facts.usage = { ...usage, ...facts.usage };
  }

  streams(): void {
    this.#streaming = true;
  }

  piece(): void {
    this.#firstPieceMs ??= this.#elapsedMs();
  }

  succeed(): void {
    this.#end(null);
  }

  /** The reader of a stream wanted no more of it. */
  abort(): void {
    this.#end({ success: false, errorType: "aborted" });
  }

  fail(error: unknown): void {
    this.#end({ success: false, ...errorFacts(error) });
  }

  /** A failure is a failure whatever was said before; that an answer is no success is the application's to say. */
  #end(failure: Partial<TrackedCall> | null): void {
    if (this.#ended) return;
    this.#ended = true;
    const measuredHere = { occurredAt: this.#startedAtMs, durationMs: this.#elapsedMs(), success: true };
    const measured: TrackedCall = { ...measuredHere, ...this.#facts, ...failure, id: this.id };
    if (this.#streaming) measured.streaming ??= true;
    if (this.#firstPieceMs !== null) measured.timeToFirstTokenMs ??= this.#firstPieceMs;
    this.#tracker.track(measured, this.#context);
  }

  /** To a tenth of a millisecond. */
  #elapsedMs(): number {
    return Math.round((performance.now() - this.#started) * 10) / 10;
  }
}
