import type { CallContext } from "../context.ts";
import { fetchPost, streamGzip } from "../fetch-post.ts";
import { mergeContext } from "../context.ts";
import { OutlayClient, type OutlayOptions } from "../outlay-client.ts";
import type { Tracker } from "../tracker.ts";

export type { BoundTracker } from "../bound-tracker.ts";
export type { RunningCall } from "../call-ai.ts";
export type { CallContext } from "../context.ts";
export type { Counters, DropReason } from "../counters.ts";
export type { CallLease, LimitOptions } from "../limit-desk.ts";
export { LimitExceeded, LimitsUnreachable } from "../limit-exceeded.ts";
export type { LimitFacts } from "../limit-exceeded.ts";
export type { FlushResult } from "../outbox.ts";
export type { OutlayOptions } from "../outlay-client.ts";
export type { TrackedCall, TrackedUsage, Tracker } from "../tracker.ts";
export type { Warning } from "../warnings.ts";

/**
 * Records model calls from functions at the edge. There is no disk: call `flush()` before a request ends, best with
 * `waitUntil(outlay.flush())`.
 */
export class Outlay extends OutlayClient {
  readonly #following = contextStorage();

  constructor(options: OutlayOptions = {}) {
    super(options, {
      post: fetchPost,
      spool: null,
      maxBatchBytes: 1_000_000,
      gzip: streamGzip,
      close: () => undefined,
    });
  }

  /**
   * Runs `fn` so that all calls tracked in it, also later and in what it awaits, have this context. Where the runtime
   * cannot follow calls, only the tracker that `fn` is given has it.
   */
  with<Result>(context: CallContext, fn: (tracker: Tracker) => Result): Result {
    const tracker = this.bound(context);
    if (this.#following === null) {
      this.warn("no_async_context", "This runtime has no AsyncLocalStorage: use the tracker that with() hands over");
      return fn(tracker);
    }
    return this.#following.run(mergeContext(this.currentContext(), context), () => fn(tracker));
  }

  override currentContext(): CallContext | undefined {
    return this.#following?.getStore();
  }
}

/** The part of AsyncLocalStorage that we need. */
interface ContextStorage {
  run<Result>(store: CallContext, fn: () => Result): Result;
  getStore(): CallContext | undefined;
}

/** Vercel's edge has it among its globals, Cloudflare's among Node's modules; null where there is none. */
function contextStorage(): ContextStorage | null {
  const { AsyncLocalStorage: Global, process } = globalThis as {
    AsyncLocalStorage?: new () => ContextStorage;
    process?: { getBuiltinModule?: (name: string) => { AsyncLocalStorage?: new () => ContextStorage } | undefined };
  };
  const Storage = Global ?? process?.getBuiltinModule?.("node:async_hooks")?.AsyncLocalStorage;
  return Storage ? new Storage() : null;
}
