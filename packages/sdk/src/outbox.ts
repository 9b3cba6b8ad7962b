import { Batch, completeLines, concat, countLines, LINE_END } from "./batch.ts";
import type { DropReason, Tally } from "./counters.ts";
import type { Platform, Spool } from "./platform.ts";
import { retryDelayMs } from "./retry-delay.ts";
import { sendEvents, type Destination, type Sent } from "./send-events.ts";
import { unrefTimer } from "./unref-timer.ts";
import type { Warnings } from "./warnings.ts";

/** Most events of one request. */
const MAX_BATCH_EVENTS = 1_000;
/** Requests in flight while the server answers; one while it does not. */
const CONCURRENCY = 2;
/** Of what is on disk, this much stays in memory as well, so that it need not be read again, in bytes. */
const KEPT_IN_MEMORY_BYTES = 4_000_000;
/** With more than this in memory only, callers wait for the disk, in bytes. */
const UNSAFE_BYTES = 4_000_000;
/** How often files of processes that died are looked for. */
const ADOPT_EVERY_MS = 60_000;

export interface OutboxOptions {
  platform: Platform;
  to: Destination;
  tally: Tally;
  warnings: Warnings;
  /** Longest wait of an event before it is sent. */
  sendEveryMs: number;
  /** Most bytes in memory that are not on disk. */
  memoryLimitBytes: number;
}

/** What became of a `flush`. */
export type FlushResult = "sent" | "spooled" | "timed_out";

const encoder = new TextEncoder();

/**
 * Events that were written down but are not acknowledged: gathered in batches, put on disk, sent, and sent again until
 * the server has them. Bounded in memory and on disk; what does not fit is counted.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #spool: Spool | null;
  #open: Batch | null = null;
  #closeTimer: unknown = null;
  /** Oldest first. */
  readonly #queue: Batch[] = [];
  readonly #sending = new Set<Batch>();
  /** Failures since the last answer that was one. */
  #failures = 0;
  #attempts = 0;
  #retryTimer: unknown = null;
  #adoptTimer: unknown = null;
  #closed = false;
  #listeners: (() => void)[] = [];

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#spool = options.platform.spool;
    if (this.#spool === null) return;
    const { wanted } = this.#spool;
    this.#spool.listen({
      failed: (what) => {
        if (wanted) options.warnings.tell("spool", `Calls cannot be kept on disk: ${what}`);
        this.#changed();
      },
      wrote: () => {
        this.#freeMemory();
        this.#changed();
      },
    });
    this.#adoptTimer = unrefTimer(setTimeout(() => void this.#adopt(), 0));
  }

  /** Events in files of this process. */
  get spooled(): number {
    return this.#live().reduce((sum, batch) => sum + batch.eventsOnDisk, 0);
  }

  /** Takes events in, each as JSON of one line. */
  add(lines: string[]): void {
    if (lines.length === 0) return;
    const { maxBatchBytes } = this.#options.platform;
    let chunk = encoder.encode(lines.join(LINE_END) + LINE_END);
    if (chunk.length > maxBatchBytes && lines.length > 1) {
      const middle = lines.length >> 1;
      this.add(lines.slice(0, middle));
      this.add(lines.slice(middle));
      return;
    }
    if (!this.#hasRoomFor(chunk.length)) return this.#drop(this.#reasonOfNoRoom(), lines.length);
    const open = this.#open;
    if (open && (open.events + lines.length > MAX_BATCH_EVENTS || open.bytes + chunk.length > maxBatchBytes)) {
      this.#closeOpen();
    }
    const batch = (this.#open ??= new Batch());
    batch.add(chunk, lines.length);
    this.#spool?.write(batch);
    if (batch.events >= MAX_BATCH_EVENTS) this.#closeOpen();
    else this.#closeLater();
    this.#pump();
  }

  /**
   * Sends now. Resolves when everything that is here was acknowledged, or is on disk and the server was asked in vain;
   * never rejects.
   */
  async flush(timeoutMs: number): Promise<FlushResult> {
    this.#closeOpen();
    const asked = this.#live();
    const since = this.#attempts;
    this.#retryNow();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let timedOut = false;
    // Not unref'd: who waits for this wants the process to live as long.
    const end = new Promise<void>((resolve) => {
      timer = setTimeout(() => {
        timedOut = true;
        resolve();
      }, timeoutMs);
    });
    try {
      for (;;) {
        const left = asked.flatMap((batch) => batch.unfinished());
        if (left.length === 0) {
          await this.#spool?.removed();
          return "sent";
        }
        const inVain = left.some(({ failedAttempt }) => failedAttempt > since);
        if (inVain && left.every(({ onDisk }) => onDisk)) return "spooled";
        if (timedOut) return left.every(({ onDisk }) => onDisk) ? "spooled" : "timed_out";
        await Promise.race([end, new Promise<void>((resolve) => this.#listeners.push(resolve))]);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** Puts everything on disk without a pause. For the last moments of a process. */
  spoolNow(): void {
    this.#spool?.tryAgain();
    this.#spoolWaiting();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#closeTimer as number);
    clearTimeout(this.#retryTimer as number);
    clearTimeout(this.#adoptTimer as number);
    this.spoolNow();
    this.#spool?.close();
  }

  #spoolWaiting(): void {
    for (const batch of this.#live()) if (!batch.onDisk && batch.chunks) this.#spool?.writeSync(batch);
  }

  #live(): Batch[] {
    return [...this.#sending, ...this.#queue, ...(this.#open ? [this.#open] : [])];
  }

  #hasRoomFor(bytes: number): boolean {
    const { memoryLimitBytes } = this.#options;
    if (this.#unsafeBytes() + bytes <= Math.min(UNSAFE_BYTES, memoryLimitBytes)) return true;
    // A caller that never pauses gives the disk no chance beside it.
    this.#spoolWaiting();
    this.#freeMemory();
    return this.#unsafeBytes() + bytes <= memoryLimitBytes;
  }

  /** Bytes that are in memory only. */
  #unsafeBytes(): number {
    return this.#live().reduce((sum, batch) => sum + (batch.chunks ? batch.bytes - batch.written.bytes : 0), 0);
  }

  #reasonOfNoRoom(): DropReason {
    return this.#spool?.state === "full"
      ? "spool_full"
      : this.#spool?.state === "failed"
        ? "spool_failed"
        : "buffer_full";
  }

  #freeMemory(): void {
    let kept = 0;
    for (const batch of this.#live()) {
      if (batch.chunks === null) continue;
      kept += batch.bytes;
      if (kept > KEPT_IN_MEMORY_BYTES && batch.onDisk && batch.state === "waiting") kept -= batch.dropChunks();
    }
  }

  #drop(reason: DropReason, events: number): void {
    if (events === 0) return;
    this.#options.tally.drop(reason, events);
    this.#options.warnings.tell(`dropped:${reason}`, `Calls are given up because of ${reason}; counters() counts them`);
  }

  // While the server is away, a batch stays open until it is full: a file for each moment would be very many.
  #closeLater(): void {
    this.#closeTimer ??= unrefTimer(
      setTimeout(() => {
        this.#closeTimer = null;
        if (this.#failures > 0 && this.#queue.length > 0) this.#closeLater();
        else this.#closeOpen();
        this.#pump();
      }, this.#options.sendEveryMs),
    );
  }

  #closeOpen(): void {
    if (this.#open === null) return;
    this.#open.state = "waiting";
    this.#queue.push(this.#open);
    this.#open = null;
  }

  #retryNow(): void {
    for (const batch of this.#queue) batch.dueMs = 0;
    clearTimeout(this.#retryTimer as number);
    this.#retryTimer = null;
    this.#pump();
  }

  #retryIn(delayMs: number): void {
    clearTimeout(this.#retryTimer as number);
    const retry = () => {
      this.#retryTimer = null;
      this.#pump();
    };
    this.#retryTimer = unrefTimer(setTimeout(retry, delayMs));
  }

  #pump(): void {
    if (this.#closed || this.#retryTimer !== null) return;
    const nowMs = performance.now();
    const atOnce = this.#failures > 0 ? 1 : CONCURRENCY;
    while (this.#queue.length > 0 && this.#sending.size < atOnce) {
      const next = this.#queue.findIndex(({ dueMs }) => dueMs <= nowMs);
      if (next === -1) return this.#retryIn(Math.min(...this.#queue.map(({ dueMs }) => dueMs)) - nowMs);
      void this.#send(this.#queue.splice(next, 1)[0]!);
    }
  }

  async #send(batch: Batch): Promise<void> {
    batch.state = "sending";
    this.#sending.add(batch);
    const attempt = ++this.#attempts;
    try {
      const lines = await this.#linesOf(batch);
      if (lines === null || lines.length === 0) this.#finish(batch);
      else
        await this.#conclude(batch, attempt, lines, await sendEvents(lines, this.#options.to, this.#options.platform));
    } catch (error) {
      this.#tryLater(batch, attempt, { what: String(error), refused: false, afterMs: null });
    }
    this.#changed();
    this.#pump();
  }

  /** Null when they are no longer ours to send. */
  async #linesOf(batch: Batch): Promise<Uint8Array | null> {
    if (batch.chunks) return concat(batch.chunks);
    const content = await this.#spool!.read(batch.file!);
    const lines = content && completeLines(content);
    const events = lines ? countLines(lines) : 0;
    if (batch.adopted && batch.events === 0) {
      this.#options.tally.adopted += events;
      batch.events = events;
    } else if (events < batch.events) {
      this.#drop("spool_file_gone", batch.events - events);
      batch.events = events;
    }
    return lines;
  }

  async #conclude(batch: Batch, attempt: number, lines: Uint8Array, sent: Sent): Promise<void> {
    if (sent.kind === "failed") return this.#tryLater(batch, attempt, sent);
    this.#failures = 0;
    if (sent.kind === "unreadable") return this.#separate(batch, lines, sent.what);
    const { tally, warnings } = this.#options;
    tally.sent += sent.accepted;
    tally.duplicates += sent.duplicates;
    // What is neither new nor known was refused: the list may name an event more than once.
    tally.rejected += Math.max(0, batch.events - sent.accepted - sent.duplicates);
    for (const { code, reason } of sent.rejected) {
      warnings.tell(`rejected:${code}`, `The server refuses a call: ${reason}`);
    }
    this.#finish(batch);
  }

  #tryLater(batch: Batch, attempt: number, failed: { what: string; refused: boolean; afterMs: number | null }): void {
    this.#failures += 1;
    batch.failures += 1;
    batch.failedAttempt = attempt;
    batch.state = "waiting";
    this.#sending.delete(batch);
    const { to, warnings } = this.#options;
    // Without what may be a password in it.
    const address = to.address.replace(/\/\/[^/@]*@/, "//");
    if (failed.refused)
      warnings.tell("refused", `${address} refuses calls: ${failed.what}. They are kept and tried again`);
    else warnings.tell("unreachable", `${address} does not take calls: ${failed.what}. They are kept and tried again`);
    // Behind the others: something in it may be what breaks the server.
    this.#queue.push(batch);
    batch.dueMs = performance.now() + retryDelayMs(batch.failures, failed.afterMs);
    if (!this.#closed) this.#retryIn(retryDelayMs(this.#failures, failed.afterMs));
  }

  /** Finds what the server cannot read, by halves: the good events beside it are kept. */
  async #separate(batch: Batch, lines: Uint8Array, what: string): Promise<void> {
    const { tally, warnings } = this.#options;
    const all = new TextDecoder().decode(lines).split(LINE_END).slice(0, -1);
    const good = all.filter(isJson);
    if (good.length < all.length) this.#drop("spool_corrupt", all.length - good.length);
    else if (all.length === 1) {
      tally.rejected += 1;
      warnings.tell("rejected:unreadable", `The server refuses a call: ${what}`);
      return this.#finish(batch);
    }
    const middle = good.length < all.length ? good.length : good.length >> 1;
    const parts = [good.slice(0, middle), good.slice(middle)].filter((part) => part.length > 0);
    for (const part of parts.toReversed()) {
      const half = new Batch();
      half.add(encoder.encode(part.join(LINE_END) + LINE_END), part.length);
      half.state = "waiting";
      this.#queue.unshift(half);
      batch.parts.push(half);
      this.#spool?.write(half);
    }
    // What is lost with the process until then is not lost with the old file.
    await this.#spool?.idle();
    this.#finish(batch);
  }

  #finish(batch: Batch): void {
    batch.state = "done";
    batch.chunks = null;
    this.#sending.delete(batch);
    this.#spool?.remove(batch);
  }

  async #adopt(): Promise<void> {
    if (this.#spool === null || this.#closed) return;
    const found = await this.#spool.adopt();
    this.#queue.push(...found.map(({ file, bytes }) => Batch.ofFile(file, bytes)));
    if (this.#closed) return;
    this.#adoptTimer = unrefTimer(setTimeout(() => void this.#adopt(), ADOPT_EVERY_MS));
    this.#pump();
  }

  #changed(): void {
    const listeners = this.#listeners;
    this.#listeners = [];
    for (const listener of listeners) listener();
  }
}

function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}
