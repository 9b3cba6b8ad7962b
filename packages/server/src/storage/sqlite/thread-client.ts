import { Worker } from "node:worker_threads";
import { allowToGiveBackMemory } from "../give-back-memory.ts";
import { fromThreadError, type ThreadAnswer, type ThreadStart } from "./thread-messages.ts";

/** Threads make short-lived objects only: with more room for them, they would hold on to it. */
const YOUNG_GENERATION_MB = 4;

/** The serving side of one storage thread: calls go over, promises come back. */
export class ThreadClient {
  #worker: Worker;
  #waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  #lastId = 0;
  #failure: Error | null = null;
  #closed = false;

  constructor(name: "writer-thread" | "reader-thread", start: ThreadStart) {
    allowToGiveBackMemory();
    const fromSource = import.meta.url.endsWith(".ts");
    const url = new URL(`./${name}.${fromSource ? "ts" : "js"}`, import.meta.url);
    this.#worker = new Worker(url, {
      workerData: start,
      execArgv: fromSource ? ["--conditions=source"] : [],
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    });
    this.#worker.on("message", (answer: ThreadAnswer) => this.#settle(answer));
    this.#worker.on("error", (error) => this.#fail(error as Error));
    this.#worker.on("exit", () => this.#fail(new Error(`the storage's ${name} has ended`)));
  }

  get pendingCalls(): number {
    return this.#waiting.size;
  }

  call<T>(method: string, args: unknown[], transfers: ArrayBuffer[] = []): Promise<T> {
    if (this.#failure) return Promise.reject(this.#failure);
    const id = ++this.#lastId;
    return new Promise<T>((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
      this.#worker.postMessage({ id, method, args }, transfers);
    });
  }

  /** Lets the thread finish what it was asked, then ends it. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    try {
      await this.call("close", []);
    } finally {
      await this.#worker.terminate();
    }
  }

  #settle(answer: ThreadAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    if (!waiting) return;
    this.#waiting.delete(answer.id);
    if ("error" in answer) waiting.reject(fromThreadError(answer.error));
    else waiting.resolve(answer.value);
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const { reject } of this.#waiting.values()) reject(this.#failure);
    this.#waiting.clear();
  }
}
