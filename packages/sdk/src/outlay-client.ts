import { BoundTracker } from "./bound-tracker.ts";
import { callAI, type RunningCall } from "./call-ai.ts";
import { CONTEXT_FIELDS, type CallContext } from "./context.ts";
import { Tally, type Counters } from "./counters.ts";
import { EventBuffer, type NotedCall } from "./event-buffer.ts";
import { newEventId } from "./event-id.ts";
import { eventLine } from "./event-line.ts";
import { fetchPost } from "./fetch-post.ts";
import { LimitDesk, type CallLease, type LimitOptions } from "./limit-desk.ts";
import { limitedCall } from "./limited-call.ts";
import { Outbox, type FlushResult } from "./outbox.ts";
import type { Platform } from "./platform.ts";
import type { TrackedCall, Tracker } from "./tracker.ts";
import { alarm, unrefTimer } from "./unref-timer.ts";
import { Warnings, type Warning } from "./warnings.ts";

/** How the client works, and the context that all its calls have. */
export interface OutlayOptions extends CallContext {
  /** Where Outlay runs; default: OUTLAY_URL, else `http://localhost:4100`. */
  url?: string | undefined;
  /** A key that may record; default: OUTLAY_KEY. */
  key?: string | undefined;
  /** Told once for each kind of trouble; default: `console.warn`. */
  onWarning?: ((warning: Warning) => void) | undefined;
  /** Longest wait of a call before it is sent, in milliseconds; default: 500. A thousand calls are sent at once. */
  sendEveryMs?: number | undefined;
  /** A request without an answer has failed after this, in milliseconds; default: 10,000. */
  timeoutMs?: number | undefined;
  /** Most calls that wait to be written down; beyond, `track` writes them down itself. Default: 8,192. */
  bufferEvents?: number | undefined;
  /** Most bytes that are kept in memory when there is no disk to keep them; beyond, calls are dropped and counted. Default: 32 MB. */
  memoryLimitBytes?: number | undefined;
  /** Compress what is sent; default: only to other machines. */
  gzip?: boolean | undefined;
  /**
   * Sends requests in place of the network: `handlers.fetch` of an Outlay that is mounted in the same process, or a
   * fetch of one's own that goes through a proxy.
   */
  fetch?: typeof fetch | undefined;
}

/** Calls wait this long to be written down, so that those of a moment share the work, in milliseconds. */
const NOTE_EVERY_MS = 5;
/** Calls written down together. */
const SLICE_EVENTS = 250;
/** Calls written down without letting anything else run. */
const TURN_EVENTS = 500;
const DEFAULT_URL = "http://localhost:4100";
/** How long `flush` and `close` try, in milliseconds. */
const FLUSH_TIMEOUT_MS = 5_000;

/** The client without what only some places have: files, the end of a process, context that follows the flow of calls. */
export class OutlayClient implements Tracker {
  readonly #buffer: EventBuffer;
  readonly #outbox: Outbox;
  readonly #limits: LimitDesk;
  readonly #platform: Platform;
  readonly #tally = new Tally();
  readonly #context: CallContext | undefined;
  readonly #warnings: Warnings;
  readonly #alarm = alarm(() => this.#turn(), NOTE_EVERY_MS);
  /** The alarm is set, or will be at the end of the turn. */
  #awaited = false;
  #closed = false;

  constructor(options: OutlayOptions, platform: Platform, warnings = new Warnings(options.onWarning)) {
    const url = urlOf(options).replace(/\/+$/, "");
    this.#platform = platform = sendingWith(options.fetch, platform);
    this.#warnings = warnings;
    this.#context = contextOf(options);
    this.#limits = new LimitDesk({ platform, url, key: keyOf(options), warnings, context: this.#context });
    this.#buffer = new EventBuffer(Math.max(1, options.bufferEvents ?? 8_192));
    this.#outbox = new Outbox({
      platform,
      to: {
        address: `${url}/api/v1/events`,
        key: keyOf(options),
        timeoutMs: options.timeoutMs ?? 10_000,
        compress: options.gzip ?? !LOOPBACK.test(url),
      },
      tally: this.#tally,
      warnings,
      sendEveryMs: options.sendEveryMs ?? 500,
      memoryLimitBytes: options.memoryLimitBytes ?? 32_000_000,
    });
  }

  /**
   * Notes one completed call and gives its id. Never throws, never waits for anything, and only looks at the event a few
   * milliseconds later: its fields and those of its usage are copied, what lies deeper must not change until then.
   */
  track(event: TrackedCall, context: CallContext | undefined = this.currentContext()): string {
    const atMs = Date.now();
    let id = "";
    try {
      this.#tally.tracked += 1;
      const own = event.id;
      id = own == null || own === "" ? newEventId(atMs) : String(own);
      if (this.#closed) {
        this.#drop("closed");
        return id;
      }
      const copy = { ...event };
      if (copy.usage) copy.usage = { ...copy.usage };
      this.#note({ id, atMs, event: copy, context });
    } catch {
      this.#drop("unreadable");
    }
    return id === "" ? newEventId(atMs) : id;
  }

  /**
   * Runs a call to a model and notes what became of it: duration, success or error, time to the first piece of a
   * stream. What `fn` returns, throws or streams reaches the caller unchanged. What the answer says is added with
   * `call.add`:
   *
   *   const answer = await outlay.callAI({ provider: "openai", model: "gpt-5", activity: "planning.propose" }, async (call) => {
   *     const answer = await model.ask(question);
   *     call.add({ model: answer.model, usage: { inputTokens: answer.usage.input, outputTokens: answer.usage.output } });
   *     return answer;
   *   });
   */
  callAI<Result>(facts: TrackedCall, fn: (call: RunningCall) => Result): Result;
  /**
   * The same within limits: the server is asked first, sets aside what the call may cost, and `fn` is only run where there is room.
   * LimitExceeded says which limit has none. Where the server cannot be asked the call is made all the same, unless
   * `failClosed` says otherwise.
   *
   *   await outlay.callAI(facts, (call) => model.ask(question, { model: call.model }), { maxOutputTokens: 500 });
   */
  callAI<Result>(facts: TrackedCall, fn: (call: RunningCall) => Result, limits: LimitOptions): Promise<Awaited<Result>>;
  callAI<Result>(facts: TrackedCall, fn: (call: RunningCall) => Result, limits?: LimitOptions): unknown {
    return limits === undefined ? callAI(this, facts, fn) : limitedCall(this, facts, fn, limits);
  }

  /**
   * Asks whether the limits have room for a call, and sets aside what it may cost, until the call is tracked with the lease's id.
   * For calls that `callAI` does not fit. Rejects with LimitExceeded; null where the server cannot be asked.
   */
  lease(
    call: TrackedCall,
    options: LimitOptions = {},
    context: CallContext | undefined = this.currentContext(),
  ): Promise<CallLease | null> {
    return this.#limits.lease(call, context, options);
  }

  /** A tracker whose calls have this context besides: for places where context cannot follow by itself. */
  bound(context: CallContext): BoundTracker {
    return new BoundTracker(this, context);
  }

  /** The context of `with` where this is called; undefined when there is none. */
  currentContext(): CallContext | undefined {
    return undefined;
  }

  /**
   * Sends what was tracked so far. Resolves with `sent` when all of it is acknowledged, with `spooled` when the server does
   * not take it and it is safe on disk, with `timed_out` when neither came about in time. Never rejects.
   */
  async flush(timeoutMs = FLUSH_TIMEOUT_MS): Promise<FlushResult> {
    this.#noteAll();
    return this.#outbox.flush(timeoutMs);
  }

  /** Flushes and lets go of everything. Calls that come afterwards are counted as dropped. */
  async close(timeoutMs = FLUSH_TIMEOUT_MS): Promise<FlushResult> {
    const result = await this.flush(timeoutMs);
    this.#noteAll();
    this.#closed = true;
    this.#outbox.close();
    this.#platform.close();
    return result;
  }

  /** What became of the calls so far. Nothing is lost without being counted here. */
  counters(): Counters {
    return this.#tally.counters(this.#outbox.spooled);
  }

  /**
   * Puts everything on disk without a pause, where there is one.
   * @internal
   */
  spoolNow(): void {
    this.#noteAll();
    this.#outbox.spoolNow();
  }

  /** @internal */
  protected warn(code: string, message: string): void {
    this.#warnings.tell(code, message);
  }

  #note(call: NotedCall): void {
    if (this.#buffer.full) this.#writeDown(SLICE_EVENTS);
    this.#buffer.push(call);
    if (this.#awaited) return;
    this.#awaited = true;
    this.#alarm.set();
  }

  #turn(): void {
    this.#writeDown(TURN_EVENTS);
    this.#awaited = this.#buffer.length > 0;
    if (this.#awaited) unrefTimer(setTimeout(() => this.#turn(), 0));
  }

  #noteAll(): void {
    this.#writeDown(Infinity);
  }

  #writeDown(most: number): void {
    for (let left = Math.min(most, this.#buffer.length); left > 0; left -= SLICE_EVENTS) {
      this.#outbox.add(this.#lines(Math.min(left, SLICE_EVENTS)));
    }
  }

  #lines(count: number): string[] {
    const lines: string[] = [];
    for (let taken = 0; taken < count; taken++) {
      const { json, altered } = eventLine(this.#buffer.take()!, this.#context);
      if (json === null) this.#drop("unreadable");
      else lines.push(json);
      if (altered) {
        this.#warnings.tell(
          "altered",
          "Parts of a call could not be kept as JSON, or were too large; the rest was kept",
        );
      }
    }
    return lines;
  }

  #drop(reason: "closed" | "unreadable"): void {
    this.#tally.drop(reason, 1);
    this.#warnings.tell(`dropped:${reason}`, `A call was given up: ${reason}`);
  }
}

const LOOPBACK = /^https?:\/\/(localhost|127\.[\d.]+|\[::1\])([:/]|$)/i;

/** Where the options, or the environment, say that Outlay is. */
export function urlOf(options: OutlayOptions): string {
  return options.url ?? environment("OUTLAY_URL") ?? DEFAULT_URL;
}

/** The key that the options, or the environment, give. */
export function keyOf(options: OutlayOptions): string | undefined {
  return options.key ?? environment("OUTLAY_KEY");
}

/** Undefined where there is no environment, or nothing in it. */
export function environment(name: string): string | undefined {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
  return process?.env?.[name] || undefined;
}

function contextOf(options: OutlayOptions): CallContext | undefined {
  const given = CONTEXT_FIELDS.filter((name) => options[name] != null);
  return given.length === 0 ? undefined : Object.fromEntries(given.map((name) => [name, options[name]]));
}

function sendingWith(send: typeof fetch | undefined, platform: Platform): Platform {
  return send === undefined ? platform : { ...platform, post: (request) => fetchPost(request, false, send) };
}
