import type { FlushResult } from "../outbox.ts";

/** A client, as the end of its process sees it. */
interface Client {
  flush(timeoutMs: number): Promise<FlushResult>;
  spoolNow(): void;
  counters(): { waiting: number; tracked: number };
}

/** Marks our handlers, also those of another copy of this package in the same process. */
const OURS = Symbol.for("@outlay/sdk signal handler");
const SIGNALS = ["SIGTERM", "SIGINT"] as const;

/** All clients of the process that has one end, with what each was promised. */
const clients = new Map<Client, { timeoutMs: number; triedAt: number }>();

/**
 * Lets nothing be lost when the process ends: sends what waits before it ends by itself or by a signal, for at most
 * `timeoutMs`, and puts on disk what could not be sent. Gives back what undoes it.
 *
 * A signal ends the process as it would without us when the application has no handler of its own; when it has one, the
 * end is the application's to decide.
 */
export function watchProcessEnd(client: Client, timeoutMs: number): () => void {
  if (clients.size === 0) listen();
  clients.set(client, { timeoutMs, triedAt: -1 });
  return () => {
    if (clients.delete(client) && clients.size === 0) stopListening();
  };
}

function listen(): void {
  process.on("beforeExit", flushBeforeExit);
  process.on("exit", spoolAll);
  // First of all handlers: one that is called once is no longer to be seen after its call.
  for (const signal of SIGNALS) process.prependListener(signal, endBySignal);
}

function stopListening(): void {
  process.off("beforeExit", flushBeforeExit);
  process.off("exit", spoolAll);
  for (const signal of SIGNALS) process.off(signal, endBySignal);
}

function flushBeforeExit(): void {
  for (const [client, promise] of clients) {
    const { waiting, tracked } = client.counters();
    // After a vain attempt it comes again: only new calls are worth another one.
    if (waiting === 0 || tracked === promise.triedAt) continue;
    promise.triedAt = tracked;
    void client.flush(promise.timeoutMs);
  }
}

function spoolAll(): void {
  for (const client of clients.keys()) client.spoolNow();
}

const endBySignal = Object.assign(
  (signal: NodeJS.Signals): void => {
    const alone = process.listeners(signal).every((listener) => OURS in listener);
    // At once: who sent the signal may send a harder one.
    spoolAll();
    const flushed = [...clients].map(([client, { timeoutMs }]) => client.flush(timeoutMs));
    if (alone) void Promise.all(flushed).then(() => endAsWithoutUs(signal));
  },
  { [OURS]: true },
);

function endAsWithoutUs(signal: NodeJS.Signals): void {
  process.off(signal, endBySignal);
  // Another copy of this package may still be sending: the last one ends the process.
  if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
}
