import { Worker } from "node:worker_threads";
import type { TokensByClass } from "./count-tokens.ts";
import { MAX_SAMPLE_CHARACTERS } from "./text-sample.ts";
import type { CountAnswer, CountRequest } from "./tokenizer-thread.ts";

export interface TokenizerOptions {
  /** How long the thread is kept with nothing to do. Default: 15 s. */
  idleMs?: number;
  /** How long it may take for one answer. Default: 30 s. */
  stuckMs?: number;
  /** How long nothing is counted after it failed. Default: 5 s. */
  pauseMs?: number;
  /** What runs in it. Default: the tokenizer. */
  thread?: URL;
}

/** A thread that had nothing to do for so long ends, and its memory with it. */
const IDLE_MS = 15_000;
/** A thread that answers nothing for so long is ended: no text takes a second. */
const STUCK_MS = 30_000;
/** How long nothing is counted after a thread failed. */
const PAUSE_MS = 5_000;
/** Characters that may wait: some seconds of work, 8 MB. */
const MAX_WAITING_CHARACTERS = 4_000_000;
/** Words of texts live shortly: with more room for them, the thread would hold on to it. */
const YOUNG_GENERATION_MB = 4;
const FROM_SOURCE = import.meta.url.endsWith(".ts");
const THREAD = new URL(`./tokenizer-thread.${FROM_SOURCE ? "ts" : "js"}`, import.meta.url);

/** Counts tokens in a thread that comes and goes. */
export class Tokenizer {
  #worker: Worker | null = null;
  #waiting = new Map<number, { characters: number; resolve(counts: TokensByClass[] | null): void }>();
  #waitingCharacters = 0;
  #lastId = 0;
  #timer: NodeJS.Timeout | null = null;
  #notBeforeMs = 0;
  #closed = false;
  readonly #options: Required<TokenizerOptions>;

  constructor({ idleMs = IDLE_MS, stuckMs = STUCK_MS, pauseMs = PAUSE_MS, thread = THREAD }: TokenizerOptions = {}) {
    this.#options = { idleMs, stuckMs, pauseMs, thread };
  }

  /** Id of the thread, for those who want to see it end; null while there is none. */
  get threadId(): number | null {
    return this.#worker?.threadId ?? null;
  }

  /** Counts of texts (of the first 16,384 characters each); null when the thread failed or has too much to do. Never rejects. */
  count(texts: string[]): Promise<TokensByClass[] | null> {
    const cut = texts.map((text) => text.slice(0, MAX_SAMPLE_CHARACTERS));
    const characters = cut.reduce((sum, text) => sum + text.length, 0);
    if (this.#closed || this.#waitingCharacters + characters > MAX_WAITING_CHARACTERS) return Promise.resolve(null);
    const worker = this.#worker ?? this.#start();
    if (worker === null) return Promise.resolve(null);
    const id = ++this.#lastId;
    return new Promise((resolve) => {
      this.#waiting.set(id, { characters, resolve });
      this.#waitingCharacters += characters;
      if (this.#waiting.size === 1) this.#watch();
      worker.postMessage({ id, texts: cut } satisfies CountRequest, []);
    });
  }

  /** Ends the thread; what waits gets null. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#stop();
  }

  #start(): Worker | null {
    if (performance.now() < this.#notBeforeMs) return null;
    const worker = new Worker(this.#options.thread, {
      execArgv: FROM_SOURCE ? ["--conditions=source"] : [],
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    });
    worker.unref();
    worker.on("message", (answer: CountAnswer) => this.#settle(answer));
    const fail = () => {
      if (this.#worker === worker) this.#fail();
    };
    worker.on("error", fail);
    worker.on("exit", fail);
    this.#worker = worker;
    return worker;
  }

  #settle({ id, counts }: CountAnswer): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    this.#waiting.delete(id);
    this.#waitingCharacters -= waiting.characters;
    waiting.resolve(counts);
    this.#watch();
  }

  /** From now on: until the next answer when something waits, otherwise until the thread is not needed any more. */
  #watch(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    const { stuckMs, idleMs } = this.#options;
    this.#timer =
      this.#waiting.size > 0
        ? setTimeout(() => this.#fail(), stuckMs).unref()
        : setTimeout(() => void this.#stop(), idleMs).unref();
  }

  /** Crashed, stuck, or ended by somebody else: a text that comes after a moment starts another thread. */
  #fail(): void {
    this.#notBeforeMs = performance.now() + this.#options.pauseMs;
    void this.#stop();
  }

  async #stop(): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    for (const { resolve } of this.#waiting.values()) resolve(null);
    this.#waiting.clear();
    this.#waitingCharacters = 0;
    await worker?.terminate();
  }
}
