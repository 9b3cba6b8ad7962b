import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Dimension, InvalidInput, type PriceVersion } from "@outlay/core";
import type {
  AppendResult,
  AuditEntry,
  AuditQuestion,
  ChargesQuestion,
  CollectionRecord,
  CopyableStorage,
  DistinctQuestion,
  DistinctRow,
  EventsPage,
  EventsQuestion,
  MomentsAnswer,
  MomentsQuestion,
  RatingChange,
  RecordedCharge,
  RecordedEvent,
  RecordsQuestion,
  Revision,
  RevisionResult,
  RollupVerdict,
  ScanQuestion,
  SessionsPage,
  SessionsQuestion,
  StorageStats,
  StoreCopy,
  StoredAuditEntry,
  StoredEvent,
  StoredSession,
  SumAnswer,
  SumQuestion,
} from "../storage.ts";
import { type AnswerMessage, decodeAnswer } from "./answer-message.ts";
import { batchTransfers, encodeBatch } from "./batch-message.ts";
import type { BatchResult } from "./event-writer.ts";
import type { ScanPiece } from "./list-events.ts";
import { kindOf } from "./plan.ts";
import { ROWS_IN_A_STEP } from "./retention.ts";
import { encodeRevisions } from "./revise-events.ts";
import { ThreadClient } from "./thread-client.ts";
import type { ThreadStart } from "./thread-messages.ts";
import type { Comparison } from "./verify-rollups.ts";

export interface SqliteOptions {
  dataDir: string;
  /** Only answers questions; works beside a process that writes. Default: false. */
  readOnly?: boolean;
  /**
   * For a process that copies what its sources keep, and ends: it stays small, appended events become durable with the next
   * thing that is written behind them, and a power cut may take the last writes (never one without those before it) until
   * it closes the storage. Default: false.
   */
  isImport?: boolean;
}

/**
 * Storage in one SQLite file, `<dataDir>/outlay.sqlite`: a thread that writes, a thread for questions that rollups
 * answer, and one that comes and goes for those that read many events.
 * Rejects with InvalidInput `data_folder_in_use` when another process writes there.
 */
export async function openSqliteStorage({
  dataDir,
  readOnly = false,
  isImport = false,
}: SqliteOptions): Promise<CopyableStorage> {
  const path = join(dataDir, "outlay.sqlite");
  const closing = new Int32Array(new SharedArrayBuffer(4));
  const start: ThreadStart = { dataDir, path, closing, isImport };
  if (readOnly && !existsSync(path)) {
    throw new InvalidInput("no_data_file", `there is no data in ${dataDir}`, { field: "data" });
  }
  const writer = readOnly ? null : new ThreadClient("writer-thread", start);
  try {
    await writer?.call("open", []);
  } catch (error) {
    await writer?.close().catch(() => {});
    throw error;
  }
  return new SqliteStorage(writer, start);
}

/** A scanning thread that had nothing to do for so long ends. */
const IDLE_MS = 60_000;
const IDS_AT_ONCE = 500;

class SqliteStorage implements CopyableStorage {
  #writer: ThreadClient | null;
  #start: ThreadStart;
  #reader: ThreadClient;
  #scanner: ThreadClient | null = null;
  #idle: NodeJS.Timeout | null = null;
  #closed: Promise<void> | null = null;

  constructor(writer: ThreadClient | null, start: ThreadStart) {
    this.#writer = writer;
    this.#start = start;
    this.#reader = new ThreadClient("reader-thread", start);
  }

  async appendEvents(events: RecordedEvent[]): Promise<AppendResult> {
    if (events.length === 0) return { accepted: 0, duplicates: [], expired: [], seqs: [] };
    const message = encodeBatch(events);
    const { firstSeq, duplicates, expired } = await this.#write<BatchResult>(
      "append",
      [message],
      batchTransfers(message),
    );
    const accepted = events.length - duplicates.length - expired.length;
    return { accepted, duplicates, expired, seqs: Array.from({ length: accepted }, (_, index) => firstSeq + index) };
  }

  async sum(question: SumQuestion): Promise<SumAnswer> {
    const light = kindOf(question.by, question.filters) === "rollup" || namesOneSession(question.filters);
    const message = light
      ? await this.#reader.call<AnswerMessage>("sum", [question])
      : await this.#scan<AnswerMessage>("sum", [question]);
    return decodeAnswer(message);
  }

  countDistinct(question: DistinctQuestion): Promise<DistinctRow[]> {
    const plainSessions = question.of === "session" && question.by.length === 0 && question.filters.length === 0;
    const light = plainSessions || kindOf([...question.by, question.of], question.filters) === "rollup";
    return light ? this.#reader.call("countDistinct", [question]) : this.#scan("countDistinct", [question]);
  }

  moments(question: MomentsQuestion): Promise<MomentsAnswer> {
    return this.#scan("moments", [question]);
  }

  listEvents(question: EventsQuestion): Promise<EventsPage> {
    const light = question.filters.length === 0 || namesOneSession(question.filters);
    return light ? this.#reader.call("listEvents", [question]) : this.#scan("listEvents", [question]);
  }

  getEvent(id: string): Promise<StoredEvent | null> {
    return this.#reader.call("getEvent", [id]);
  }

  async getEvents(ids: string[]): Promise<StoredEvent[]> {
    const found: StoredEvent[] = [];
    // In pieces, so that other questions come in between.
    for (let from = 0; from < ids.length; from += IDS_AT_ONCE) {
      found.push(...(await this.#reader.call<StoredEvent[]>("getEvents", [ids.slice(from, from + IDS_AT_ONCE)])));
    }
    return found;
  }

  async *scanEvents(question: ScanQuestion): AsyncIterable<StoredEvent[]> {
    let next: number | null = question.afterSeq ?? 0;
    while (next !== null) {
      const piece: ScanPiece = await this.#scan<ScanPiece>("scanPiece", [{ ...question, afterSeq: next }]);
      if (piece.events.length > 0) yield piece.events;
      next = piece.next;
    }
  }

  listSessions(question: SessionsQuestion): Promise<SessionsPage> {
    return this.#reader.call("listSessions", [question]);
  }

  getSession(id: string): Promise<StoredSession | null> {
    return this.#reader.call("getSession", [id]);
  }

  listValues(dimension: Dimension, options: { contains?: string; limit: number }): Promise<string[]> {
    return this.#reader.call("listValues", [dimension, options]);
  }

  hasSource(source: string): Promise<boolean> {
    return this.#reader.call("hasSource", [source]);
  }

  listTagKeys(): Promise<string[]> {
    return this.#reader.call("listTagKeys", []);
  }

  rerateEvents(changes: RatingChange[]): Promise<{ changed: number }> {
    return this.#write("rerateEvents", [changes]);
  }

  async reviseEvents(revisions: Revision[]): Promise<RevisionResult> {
    if (revisions.length === 0) return { seqs: [], removed: [], missing: [], changed: [], expired: [] };
    const message = encodeRevisions(revisions);
    return this.#write("reviseEvents", [message], batchTransfers(message.events));
  }

  async expireEvents(beforeMs: number): Promise<{ deleted: number; horizonMs: number }> {
    let deleted = 0;
    for (;;) {
      const step = await this.#write<{ deleted: number; horizonMs: number }>("expireStep", [beforeMs]);
      deleted += step.deleted;
      if (step.deleted < ROWS_IN_A_STEP) return { deleted, horizonMs: step.horizonMs };
    }
  }

  async verifyRollups({ repair }: { repair: boolean }): Promise<RollupVerdict> {
    const verdict: RollupVerdict = { compared: 0, different: 0, examples: [], repaired: repair };
    // Only what has been summed up can be compared; a store that is read only is checked as it lies there.
    if (this.#writer) await this.#write("flush", []);
    const ask = <T>(read: string, write: string, args: unknown[]): Promise<T> =>
      repair ? this.#write<T>(write, args) : this.#scan<T>(read, args);
    for (const day of await this.#scan<number[]>("daysToVerify", [])) {
      addComparison(verdict, await ask<Comparison>("compareDay", "repairDay", [day]));
    }
    let next: number | null = 0;
    while (next !== null) {
      const piece: Comparison & { next: number | null } = await ask("compareSessions", "repairSessions", [next]);
      addComparison(verdict, piece);
      next = piece.next;
    }
    return verdict;
  }

  appendCharges(charges: RecordedCharge[]): Promise<AppendResult> {
    return this.#write("appendCharges", [charges]);
  }

  listCharges(question: ChargesQuestion): Promise<RecordedCharge[]> {
    return this.#reader.call("listCharges", [question]);
  }

  putPriceVersions(versions: PriceVersion[]): Promise<void> {
    return this.#write("putPriceVersions", [versions]);
  }

  getPriceVersion(id: string): Promise<PriceVersion | null> {
    return this.#reader.call("getPriceVersion", [id]);
  }

  getDocument(key: string): Promise<unknown> {
    return this.#reader.call("getDocument", [key]);
  }

  putDocument(key: string, value: unknown): Promise<void> {
    return this.#write("putDocument", [key, value]);
  }

  putRecords(collection: string, records: CollectionRecord[]): Promise<void> {
    return this.#write("putRecords", [collection, records]);
  }

  deleteRecords(collection: string, ids: string[]): Promise<{ deleted: number }> {
    return this.#write("deleteRecords", [collection, ids]);
  }

  listRecords(collection: string, question: RecordsQuestion = {}): Promise<CollectionRecord[]> {
    return this.#reader.call("listRecords", [collection, question]);
  }

  appendAudit(entry: AuditEntry): Promise<void> {
    return this.#write("appendAudit", [entry]);
  }

  listAudit(question: AuditQuestion): Promise<StoredAuditEntry[]> {
    return this.#reader.call("listAudit", [question]);
  }

  stats(): Promise<StorageStats> {
    return this.#reader.call("stats", []);
  }

  /** In a thread of its own: whoever asks something meanwhile does not wait for it. */
  async copyTo(order: {
    to: string;
    files: string[];
    databases: { name: string; without: string[] }[];
    manifest: Record<string, unknown>;
  }): Promise<StoreCopy> {
    const copier = new ThreadClient("reader-thread", this.#start);
    try {
      return await copier.call<StoreCopy>("copyStore", [{ ...order, dataDir: this.#start.dataDir }]);
    } finally {
      await copier.close();
    }
  }

  close(): Promise<void> {
    return (this.#closed ??= this.#closeThreads());
  }

  async #closeThreads(): Promise<void> {
    Atomics.store(this.#start.closing, 0, 1);
    if (this.#idle) clearTimeout(this.#idle);
    await Promise.all([this.#reader.close(), this.#scanner?.close()]);
    // Last: the final checkpoint needs the file for itself.
    await this.#writer?.close();
  }

  #write<T>(method: string, args: unknown[], transfers: ArrayBuffer[] = []): Promise<T> {
    if (this.#writer) return this.#writer.call<T>(method, args, transfers);
    const { dataDir } = this.#start;
    return Promise.reject(new InvalidInput("read_only", `${dataDir} was opened for reading only`, { status: 409 }));
  }

  async #scan<T>(method: string, args: unknown[]): Promise<T> {
    if (this.#idle) clearTimeout(this.#idle);
    const scanner = (this.#scanner ??= new ThreadClient("reader-thread", this.#start));
    try {
      return await scanner.call<T>(method, args);
    } finally {
      if (scanner.pendingCalls === 0 && !this.#closed) {
        this.#idle = setTimeout(() => this.#stopScanner(scanner), IDLE_MS).unref();
      }
    }
  }

  #stopScanner(scanner: ThreadClient): void {
    if (scanner.pendingCalls > 0 || this.#scanner !== scanner) return;
    this.#scanner = null;
    void scanner.close();
  }
}

/** Then an index leads to few events. */
function namesOneSession(filters: SumQuestion["filters"]): boolean {
  return filters.some(
    ({ dimension, values, patterns, exclude }) =>
      dimension === "session" && !exclude && patterns.length === 0 && values.every((value) => value !== null),
  );
}

function addComparison(verdict: RollupVerdict, piece: Comparison): void {
  verdict.compared += piece.compared;
  verdict.different += piece.different;
  verdict.examples.push(...piece.examples.slice(0, MAX_EXAMPLES - verdict.examples.length));
}

const MAX_EXAMPLES = 10;
