import { fetchPost, streamGzip } from "../fetch-post.ts";
import { OutlayClient, type OutlayOptions } from "../outlay-client.ts";

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

/** Browsers let go of a page while at most 64 kB are being sent. */
const MAX_BATCH_BYTES = 60_000;

/** The part of a page's globals that we need; workers lack some of it. */
interface Page {
  addEventListener?(name: string, listener: () => void): void;
  removeEventListener?(name: string, listener: () => void): void;
  document?: { visibilityState: string };
}

/**
 * Records model calls that a page makes itself. What is not sent when the page is left goes out behind it. The key
 * is seen by everybody who opens the page: give it one that may only record. Context is given with each call, or by
 * `bound(context)`.
 */
export class Outlay extends OutlayClient {
  constructor(options: OutlayOptions = {}) {
    const page = globalThis as unknown as Page;
    let leaving = false;
    const leave = () => {
      leaving = true;
      void this.flush();
    };
    const lookAway = () => {
      leaving = page.document?.visibilityState === "hidden";
      if (leaving) void this.flush();
    };
    super(options, {
      post: (request) => fetchPost(request, leaving),
      spool: null,
      maxBatchBytes: MAX_BATCH_BYTES,
      // What is compressed is only there a moment later: too late for a page that is left.
      gzip: streamGzip === null ? null : async (body) => (leaving ? body : streamGzip!(body)),
      close() {
        page.removeEventListener?.("pagehide", leave);
        page.removeEventListener?.("visibilitychange", lookAway);
      },
    });
    page.addEventListener?.("pagehide", leave);
    page.addEventListener?.("visibilitychange", lookAway);
  }
}
