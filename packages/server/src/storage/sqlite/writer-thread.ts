import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { giveBackMemoryWhenIdle } from "../give-back-memory.ts";
import type { AuditEntry, CollectionRecord, RatingChange, RecordedCharge } from "../storage.ts";
import type { PriceVersion } from "@outlay/core";
import type { BatchMessage } from "./batch-message.ts";
import { appendCharges } from "./charges.ts";
import { appendAudit, putDocument, putPriceVersions } from "./documents.ts";
import { openDatabase } from "./driver.ts";
import { type BatchResult, EventWriter } from "./event-writer.ts";
import { rerateEvents } from "./rerate-events.ts";
import { reviseEvents, type RevisionMessage } from "./revise-events.ts";
import { deleteRecords, putRecords } from "./records.ts";
import { expireStep } from "./retention.ts";
import { migrate } from "./schema.ts";
import { type ThreadAnswer, type ThreadRequest, type ThreadStart, toThreadError } from "./thread-messages.ts";
import { repairDay, repairSessions } from "./verify-rollups.ts";
import { lockDataFolder } from "./writer-lock.ts";

/** The only thread that writes the data file. */
const start = workerData as ThreadStart;
const port = parentPort as NonNullable<typeof parentPort>;
giveBackMemoryWhenIdle();

/** Batches that wait while others are written are committed together, up to so many events. */
const GROUP_EVENTS = 20_000;
/** Sums wait in memory at most about this long. */
const FLUSH_INTERVAL_MS = 1_000;

let lock: { release(): void } | null = null;
let writer: EventWriter | null = null;

function open(): void {
  mkdirSync(start.dataDir, { recursive: true });
  lock = lockDataFolder(start.dataDir, join(start.dataDir, "outlay.lock"));
  const database = openDatabase(start.path, { readOnly: false, cacheKb: start.isImport ? 8_192 : 32_768 });
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${start.isImport ? "NORMAL" : "FULL"}`);
  database.exec("PRAGMA wal_autocheckpoint = 16000");
  database.exec("PRAGMA journal_size_limit = 67108864; PRAGMA foreign_keys = OFF");
  migrate(database);
  writer = new EventWriter(database);
}

function close(): void {
  if (writer) {
    writer.transaction(() => writer?.flush());
    writer.database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    writer.database.close();
  }
  lock?.release();
  clearInterval(timer);
}

const ready = (): EventWriter => {
  if (!writer) throw new Error("the data file is not open");
  return writer;
};

const inTransaction = <T>(work: (database: EventWriter["database"]) => T): T =>
  ready().transaction(() => work(ready().database));

const methods: Record<string, (...args: never[]) => unknown> = {
  open,
  close,
  flush: () => ready().transaction(() => ready().flush()),
  appendCharges: (charges: RecordedCharge[]) => inTransaction((database) => appendCharges(database, charges)),
  putPriceVersions: (versions: PriceVersion[]) => inTransaction((database) => putPriceVersions(database, versions)),
  putDocument: (key: string, value: unknown) => inTransaction((database) => putDocument(database, key, value)),
  putRecords: (collection: string, records: CollectionRecord[]) =>
    inTransaction((database) => putRecords(database, collection, records)),
  deleteRecords: (collection: string, ids: string[]) =>
    inTransaction((database) => deleteRecords(database, collection, ids)),
  appendAudit: (entry: AuditEntry) => inTransaction((database) => appendAudit(database, entry)),
  rerateEvents: (changes: RatingChange[]) => rerateEvents(ready(), changes),
  reviseEvents: (message: RevisionMessage) => reviseEvents(ready(), message),
  expireStep: (beforeMs: number) => expireStep(ready(), beforeMs),
  repairDay: (day: number) => repairDay(ready(), day),
  repairSessions: (afterId: number) => repairSessions(ready(), afterId),
};

/** What had been appended when the page cache was given back; a burst can end with a flush that this timer did not do. */
let shrunkAtSeq = 0;

const timer = setInterval(() => {
  if (!writer) return;
  try {
    // nobody waits for the sums of an import: they are added up by the number of events alone
    if (start.isImport && writer.pendingEvents > 0) return;
    if (writer.pendingEvents > 0) {
      writer.transaction(() => writer?.flush());
    } else if (writer.state.nextSeq !== shrunkAtSeq) {
      writer.database.exec("PRAGMA shrink_memory");
      shrunkAtSeq = writer.state.nextSeq;
    }
  } catch {
    // Nothing is lost: the sums are there again from the events, and the next append or flush says what is wrong.
  }
}, FLUSH_INTERVAL_MS);

port.on("message", (first: ThreadRequest) => {
  const requests = [first];
  for (let next = receiveMessageOnPort(port); next; next = receiveMessageOnPort(port)) {
    requests.push(next.message as ThreadRequest);
  }
  while (requests.length > 0) {
    const group = takeAppends(requests);
    if (group.length > 0) appendGroup(group);
    else answer(requests.shift() as ThreadRequest);
  }
});

function takeAppends(requests: ThreadRequest[]): ThreadRequest[] {
  let events = 0;
  let count = 0;
  for (const { method, args } of requests) {
    if (method !== "append" || events >= GROUP_EVENTS) break;
    events += (args[0] as BatchMessage).count;
    count++;
  }
  return requests.splice(0, count);
}

/**
 * Batches of an import are answered before they are committed, until so many events wait: each commit writes what the index
 * of ids has changed, which is all over it. How far the logs were read is written after them, so that what is lost with
 * the process is read again; and whatever else is asked of this thread comes after a commit.
 */
const IMPORT_COMMIT_EVENTS = 12_000;

function appendToImport(request: ThreadRequest): void {
  try {
    const result = ready().join(() => append(request));
    // who is told of repeats looks at what is there already
    if (ready().joinedEvents >= IMPORT_COMMIT_EVENTS || result.duplicates.length > 0) ready().commit();
    post({ id: request.id, value: result });
  } catch (error) {
    post({ id: request.id, error: toThreadError(error) });
  }
}

/** One commit for all; when it fails, each batch has its own, so that a bad one does not take others with it. */
function appendGroup(group: ThreadRequest[]): void {
  if (start.isImport) return group.forEach(appendToImport);
  try {
    const results = ready().transaction(() => group.map(append));
    group.forEach(({ id }, index) => post({ id, value: results[index] }));
  } catch (error) {
    if (group.length === 1) post({ id: (group[0] as ThreadRequest).id, error: toThreadError(error) });
    else for (const request of group) appendGroup([request]);
  }
}

function append({ args }: ThreadRequest): BatchResult {
  return ready().append(args[0] as BatchMessage);
}

function answer({ id, method, args }: ThreadRequest): void {
  try {
    const run = methods[method];
    if (!run) throw new Error(`the writer thread has no method ${method}`);
    post({ id, value: run(...(args as never[])) });
  } catch (error) {
    post({ id, error: toThreadError(error) });
  }
}

function post(message: ThreadAnswer): void {
  port.postMessage(message);
}
