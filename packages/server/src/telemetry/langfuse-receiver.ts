import { InvalidInput, MAX_EVENTS_PER_BATCH, type WireEvent } from "@outlay/core";
import type { Rejection } from "../ledger/answers.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { removeUsage, reviseUsage } from "../ledger/revise-usage.ts";
import type { TelemetrySpan } from "@outlay/providers";
import { readLangfuseItem, type LangfuseItem, type ObservationFacts, type TraceFacts } from "./langfuse-items.ts";
import { readLangfuseSpan } from "./langfuse-spans.ts";
import { langfuseEventId, LangfuseTraces, type TraceChanges } from "./langfuse-traces.ts";
import type { Decoded } from "./otlp-records.ts";
import type { Received } from "./otlp-receiver.ts";

/** Langfuse's answer to a batch: what became of each item, by the id that its sender gave it. */
export interface IngestionAnswer {
  successes: { id: string; status: number }[];
  errors: { id: string; status: number; message: string; error: string }[];
}

const SOURCE = "langfuse";
/** How far back, and how many events, a new start reads: what is older is looked up when something is said of it. */
const RESTORED_MS = 24 * 3_600_000;
const RESTORED_EVENTS = 10_000;
const PAGE = 1_000;

/** Why the event of an observation was refused. */
type Refusal = Pick<Rejection, "code" | "reason">;

/** What waits to be stored, with the batches that wait for it. */
interface Waiting {
  changes: TraceChanges;
  resolve(rejected: Map<string, Refusal>): void;
  reject(error: unknown): void;
}

/**
 * Takes batches of Langfuse's ingestion and records the calls that they tell of, each once and as it was told last.
 * Changes are stored in the order in which they were heard, all that wait together.
 */
export class LangfuseReceiver {
  readonly #ledger: Ledger;
  readonly #traces = new LangfuseTraces();
  #restored: Promise<void> | null = null;
  #turn: Promise<unknown> = Promise.resolve();
  #waiting: Waiting[] = [];
  #isStoring = false;
  /** Events that are to go. They stay here until the store has removed them. */
  readonly #toRemove = new Set<string>();

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /**
   * Resolves when what the batch changes is durable. `defaults` is what its sender's key says of every call. Rejects
   * when the store fails: then all of it may be sent again.
   */
  async ingest(batch: unknown[], defaults: Partial<WireEvent>): Promise<IngestionAnswer> {
    const answer: IngestionAnswer = { successes: [], errors: [] };
    const items: { id: string; item: LangfuseItem }[] = [];
    for (const [index, raw] of batch.entries()) {
      const id = itemId(raw, index);
      try {
        items.push({ id, item: readLangfuseItem(raw, this.#ledger.now()) });
      } catch (error) {
        if (!(error instanceof InvalidInput)) throw error;
        answer.errors.push({ id, status: 400, message: error.message, error: error.code });
      }
    }
    const rejected = await this.#take(
      items.map(({ item }) => item),
      defaults,
    );
    for (const { id, item } of items) {
      const refusal = item.about === "observation" ? rejected.get(langfuseEventId(item.facts.id)) : undefined;
      if (refusal === undefined) answer.successes.push({ id, status: 201 });
      else answer.errors.push({ id, status: 400, message: refusal.reason, error: refusal.code });
    }
    return answer;
  }

  /** The same for spans of OpenTelemetry, as Langfuse's newer clients send them. */
  async spans({ items, rejected }: Decoded<TelemetrySpan>, defaults: Partial<WireEvent>): Promise<Received> {
    const read = items.filter(({ traceId, spanId }) => traceId !== "" && spanId !== "");
    const refused = await this.#take(read.flatMap(readLangfuseSpan), defaults);
    const [first] = refused.values();
    const unnamed = items.length - read.length;
    const message = first?.reason ?? (unnamed > 0 ? "some spans have no trace id or no span id" : null);
    return {
      rejected: rejected + unnamed + refused.size,
      message: message ?? (rejected > 0 ? "some items are no objects" : null),
    };
  }

  async #take(items: LangfuseItem[], defaults: Partial<WireEvent>): Promise<Map<string, Refusal>> {
    const traces: TraceFacts[] = [];
    const observations: ObservationFacts[] = [];
    const scores: Extract<LangfuseItem, { about: "score" }>[] = [];
    for (const item of items) {
      if (item.about === "trace") traces.push(item.facts);
      else if (item.about === "observation") observations.push(item.facts);
      else if (item.about === "score") scores.push(item);
    }
    if (traces.length + observations.length + scores.length === 0) return new Map();
    // What was heard first is taken first, however long it takes to look up what it speaks of.
    const changes = this.#turn.then(async () => {
      await this.#restore();
      await this.#lookUp(traces, observations, scores);
      return this.#traces.take(traces, observations, scores, defaults);
    });
    this.#turn = changes.catch(() => {});
    return this.#store(await changes);
  }

  /** What is stored of the observations that are spoken of and not remembered. */
  async #lookUp(
    traces: TraceFacts[],
    observations: ObservationFacts[],
    scores: { traceId: string | null; observationId: string | null }[],
  ): Promise<void> {
    const ids = new Set(observations.map(({ id }) => id));
    for (const { observationId } of scores) if (observationId !== null) ids.add(observationId);
    for (const traceId of [...traces.map(({ id }) => id), ...scores.map((score) => score.traceId)]) {
      if (traceId !== null) for (const id of this.#traces.observationsOf(traceId)) ids.add(id);
    }
    const unknown = this.#traces.unknown(ids);
    if (unknown.length > 0) this.#traces.restore(await this.#ledger.storage.getEvents(unknown.map(langfuseEventId)));
  }

  #store(changes: TraceChanges): Promise<Map<string, Refusal>> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ changes, resolve, reject });
      if (!this.#isStoring) void this.#storeWaiting();
    });
  }

  async #storeWaiting(): Promise<void> {
    this.#isStoring = true;
    while (this.#waiting.length > 0) {
      const waiting = this.#waiting.splice(0);
      try {
        const rejected = await this.#write(waiting.map(({ changes }) => changes));
        for (const { resolve } of waiting) resolve(rejected);
      } catch (error) {
        for (const { reject } of waiting) reject(error);
      }
    }
    this.#isStoring = false;
  }

  /** Stores the last that was said of each event. Gives why some were refused. */
  async #write(all: TraceChanges[]): Promise<Map<string, Refusal>> {
    const last = new Map<string, WireEvent | null>();
    for (const { events, removed } of all) {
      for (const id of removed) last.set(id, null);
      for (const event of events) last.set(event.id as string, event);
    }
    for (const [id, event] of last) {
      if (event === null) this.#toRemove.add(id);
      else this.#toRemove.delete(id);
    }
    const rejected = new Map<string, Refusal>();
    const events = [...last.values()].filter((event) => event !== null);
    for (const part of parts(events)) {
      const answer = await reviseUsage(this.#ledger, part, { source: SOURCE, keep: "latest" });
      for (const refusal of answer.rejected) rejected.set((part[refusal.index] as WireEvent).id as string, refusal);
    }
    for (const part of parts([...this.#toRemove])) {
      await removeUsage(this.#ledger, part);
      for (const id of part) this.#toRemove.delete(id);
    }
    return rejected;
  }

  /** Reads what was stored of late, once; after a failure the next batch tries again. */
  #restore(): Promise<void> {
    this.#restored ??= this.#readStored().catch((error: unknown) => {
      this.#restored = null;
      throw error;
    });
    return this.#restored;
  }

  async #readStored(): Promise<void> {
    const endMs = this.#ledger.now() + 3_600_000;
    const question = { startMs: this.#ledger.now() - RESTORED_MS, endMs, filters: [], limit: PAGE };
    let cursor: string | null = null;
    for (let read = 0; read < RESTORED_EVENTS; read += PAGE) {
      const page = await this.#ledger.storage.listEvents(cursor === null ? question : { ...question, cursor });
      this.#traces.restore(page.events);
      cursor = page.nextCursor;
      if (cursor === null) return;
    }
  }
}

function itemId(raw: unknown, index: number): string {
  const id = (raw as { id?: unknown } | null | undefined)?.id;
  return typeof id === "string" && id !== "" ? id.slice(0, 200) : `item ${index}`;
}

function parts<T>(items: T[]): T[][] {
  const result: T[][] = [];
  for (let from = 0; from < items.length; from += MAX_EVENTS_PER_BATCH) {
    result.push(items.slice(from, from + MAX_EVENTS_PER_BATCH));
  }
  return result;
}
