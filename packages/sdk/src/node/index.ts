import { AsyncLocalStorage } from "node:async_hooks";

import { mergeContext, type CallContext } from "../context.ts";
import { keyOf, OutlayClient, urlOf, type OutlayOptions } from "../outlay-client.ts";
import type { Tracker } from "../tracker.ts";
import { httpPost, gzipBody } from "./http-post.ts";
import { openSpool } from "./open-spool.ts";
import { watchProcessEnd } from "./process-end.ts";

export type { BoundTracker } from "../bound-tracker.ts";
export type { RunningCall } from "../call-ai.ts";
export type { CallContext } from "../context.ts";
export type { Counters, DropReason } from "../counters.ts";
export type { CallLease, LimitOptions } from "../limit-desk.ts";
export { LimitExceeded, LimitsUnreachable } from "../limit-exceeded.ts";
export type { LimitFacts } from "../limit-exceeded.ts";
export type { FlushResult } from "../outbox.ts";
export type { TrackedCall, TrackedUsage, Tracker } from "../tracker.ts";
export type { Warning } from "../warnings.ts";

/** Beside what works everywhere: the disk, and the end of the process. */
export interface NodeOptions extends OutlayOptions {
  /**
   * Folder for calls that are not acknowledged yet; several processes may share it. false: none. Default: OUTLAY_SPOOL
   * (`off` for none), else `~/.outlay/spool`; none on platforms for functions, whose disk does not outlive them.
   */
  spool?: string | false | undefined;
  /** Most bytes that this process keeps in the spool; beyond, new calls are dropped and counted. Default: 256 MB. */
  spoolLimitBytes?: number | undefined;
  /** Flush when the process ends or gets SIGTERM or SIGINT; default: true. */
  watchProcessEnd?: boolean | undefined;
  /** How long the end of the process may be held up by that, in milliseconds; default: 1,000. */
  endTimeoutMs?: number | undefined;
}

/**
 * Records model calls from Node, Bun and Deno.
 *
 *   const outlay = new Outlay({ environment: "production" });
 *   outlay.track({ provider: "openai", model: "gpt-5", usage: { inputTokens: 1200, outputTokens: 90 }, user: "ann" });
 */
export class Outlay extends OutlayClient {
  readonly #following = new AsyncLocalStorage<CallContext>();

  constructor(options: NodeOptions = {}) {
    let unwatch: (() => void) | null = null;
    const { post, close } = httpPost();
    super(options, {
      post,
      spool: openSpool({
        folder: options.spool,
        limitBytes: options.spoolLimitBytes,
        destination: `${urlOf(options)}\n${keyOf(options) ?? ""}`,
      }),
      maxBatchBytes: 1_000_000,
      gzip: gzipBody,
      close() {
        unwatch?.();
        close();
      },
    });
    if (options.watchProcessEnd !== false) unwatch = watchProcessEnd(this, options.endTimeoutMs ?? 1_000);
  }

  /** Runs `fn` so that all calls tracked in it, also later and in what it awaits, have this context. */
  with<Result>(context: CallContext, fn: (tracker: Tracker) => Result): Result {
    return this.#following.run(mergeContext(this.currentContext(), context), () => fn(this.bound(context)));
  }

  override currentContext(): CallContext | undefined {
    return this.#following.getStore();
  }
}
