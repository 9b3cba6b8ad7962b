import { callAI, type RunningCall } from "./call-ai.ts";
import type { CallContext } from "./context.ts";
import type { CallLease, LimitOptions } from "./limit-desk.ts";
import { LimitsUnreachable } from "./limit-exceeded.ts";
import type { TrackedCall, Tracker } from "./tracker.ts";

/**
 * Asks the limits, runs `fn` where there is room, and tracks what became of it. Rejects with LimitExceeded before `fn` is run;
 * otherwise gives and throws what `fn` does.
 */
export async function limitedCall<Result>(
  tracker: Tracker,
  facts: TrackedCall,
  fn: (call: RunningCall) => Result,
  options: LimitOptions,
): Promise<Awaited<Result>> {
  const context = tracker.currentContext?.();
  const lease = await leaseOf(tracker, facts, options, context);
  if (lease === null) return await callAI(tracker, facts, fn);
  const swapped = lease.model === facts.model ? {} : { requestedModel: facts.requestedModel ?? facts.model };
  return await callAI(ending(tracker, lease, context), { ...facts, ...swapped, id: lease.id, model: lease.model }, fn);
}

/** Through a tracker that may not know of limits. */
export async function leaseOf(
  tracker: Tracker,
  call: TrackedCall,
  options: LimitOptions,
  context: CallContext | undefined,
): Promise<CallLease | null> {
  if (tracker.lease !== undefined) return tracker.lease(call, options, context);
  if (options.failClosed) throw new LimitsUnreachable("The call was not made: its tracker knows no limits");
  return null;
}

/** The tracker, which lets go of the lease as soon as the call has ended: its event says what it has cost. */
function ending(tracker: Tracker, lease: CallLease, context: CallContext | undefined): Tracker {
  return {
    track(event, eventContext) {
      if (costNothing(event)) lease.release();
      else lease.end();
      return tracker.track(event, eventContext);
    },
    // The one in force when the call was asked for.
    currentContext: () => context,
  };
}

/** It failed before anything was used. What a reader left unread may have been billed. */
function costNothing({ success, errorType, usage, reportedCostUsd }: TrackedCall): boolean {
  return success === false && errorType !== "aborted" && usage == null && reportedCostUsd == null;
}
