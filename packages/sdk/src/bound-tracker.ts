import { callAI, type RunningCall } from "./call-ai.ts";
import { mergeContext, type CallContext } from "./context.ts";
import type { CallLease, LimitOptions } from "./limit-desk.ts";
import { leaseOf, limitedCall } from "./limited-call.ts";
import type { TrackedCall, Tracker } from "./tracker.ts";

/** A tracker that adds a context to all calls that go through it. Costs nothing to make. */
export class BoundTracker implements Tracker {
  readonly #tracker: Tracker;
  readonly #context: CallContext;

  constructor(tracker: Tracker, context: CallContext) {
    this.#tracker = tracker;
    this.#context = context;
  }

  track(event: TrackedCall, context: CallContext | undefined = this.currentContext()): string {
    return this.#tracker.track(event, context);
  }

  callAI<Result>(facts: TrackedCall, fn: (call: RunningCall) => Result): Result;
  callAI<Result>(facts: TrackedCall, fn: (call: RunningCall) => Result, limits: LimitOptions): Promise<Awaited<Result>>;
  callAI<Result>(facts: TrackedCall, fn: (call: RunningCall) => Result, limits?: LimitOptions): unknown {
    return limits === undefined ? callAI(this, facts, fn) : limitedCall(this, facts, fn, limits);
  }

  lease(
    call: TrackedCall,
    options: LimitOptions = {},
    context: CallContext = this.currentContext(),
  ): Promise<CallLease | null> {
    return leaseOf(this.#tracker, call, options, context);
  }

  bound(context: CallContext): BoundTracker {
    return new BoundTracker(this, context);
  }

  currentContext(): CallContext {
    return mergeContext(this.#tracker.currentContext?.(), this.#context);
  }
}
