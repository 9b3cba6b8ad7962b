import { parentPort, workerData } from "node:worker_threads";
import type { Dimension } from "@outlay/core";
import { giveBackMemoryWhenIdle } from "../give-back-memory.ts";
import type {
  AuditQuestion,
  ChargesQuestion,
  DistinctQuestion,
  EventsQuestion,
  MomentsQuestion,
  RecordsQuestion,
  ScanQuestion,
  SessionsQuestion,
  SumQuestion,
} from "../storage.ts";
import { listCharges } from "./charges.ts";
import { copyStore, type CopyOrder } from "./copy-store.ts";
import { DIMENSION_CODES } from "./cubes.ts";
import { countDistinct } from "./distinct.ts";
import { getDocument, getPriceVersion, listAudit } from "./documents.ts";
import { inTransaction, openDatabase } from "./driver.ts";
import { getEvent, getEvents, listEvents, scanPiece } from "./list-events.ts";
import { getSession, listSessions } from "./list-sessions.ts";
import { readMoments } from "./moments.ts";
import { Names } from "./names.ts";
import type { ScanContext } from "./raw-scan.ts";
import { listRecords } from "./records.ts";
import { readState } from "./state.ts";
import { readStats } from "./stats.ts";
import { answerSum } from "./sum.ts";
import { type ThreadAnswer, type ThreadRequest, type ThreadStart, toThreadError } from "./thread-messages.ts";
import { listValues } from "./values.ts";
import { compareDay, compareSessions, daysToVerify } from "./verify-rollups.ts";

/** Answers questions, one after the other, each from one state of the file. */
const start = workerData as ThreadStart;
const port = parentPort as NonNullable<typeof parentPort>;
/** The sums of one user by model over 90 days lie on some 2,500 pages. */
const database = openDatabase(start.path, { readOnly: true, cacheKb: start.isImport ? 4_096 : 16_384 });
let hasPages = false;
giveBackMemoryWhenIdle(() => {
  if (hasPages) database.exec("PRAGMA shrink_memory");
  hasPages = false;
});
const names = new Names(database);

const methods: Record<string, (context: ScanContext, ...args: never[]) => unknown> = {
  sum: (context, question: SumQuestion) => answerSum(context, names, question),
  countDistinct: (context, question: DistinctQuestion) => countDistinct(context, names, question),
  moments: (context, question: MomentsQuestion) => readMoments(context, names, question),
  listEvents: (context, question: EventsQuestion) => listEvents(context, names, question),
  getEvent: (context, id: string) => getEvent(context, names, id),
  getEvents: (context, ids: string[]) => getEvents(context, names, ids),
  scanPiece: (context, question: ScanQuestion) => scanPiece(context, names, question),
  listSessions: (context, question: SessionsQuestion) => listSessions(context, names, question),
  getSession: (context, id: string) => getSession(context, names, id),
  listValues: (context, dimension: Dimension, options: { contains?: string; limit: number }) =>
    listValues(context, names, dimension, options),
  hasSource: (_context, source: string) => names.idOf(DIMENSION_CODES.source, source) !== null,
  listTagKeys: () => names.tagKeys(),
  listCharges: (_context, question: ChargesQuestion) => listCharges(database, question),
  getPriceVersion: (_context, id: string) => getPriceVersion(database, id),
  getDocument: (_context, key: string) => getDocument(database, key),
  listRecords: (_context, collection: string, question: RecordsQuestion) => listRecords(database, collection, question),
  listAudit: (_context, question: AuditQuestion) => listAudit(database, question),
  stats: (context) => readStats(context, names, start.path),
  daysToVerify: () => daysToVerify(database),
  compareDay: (_context, day: number) => compareDay(database, names.membersOf, day),
  compareSessions: (_context, afterId: number) => compareSessions(database, afterId),
};

port.on("message", ({ id, method, args }: ThreadRequest) => {
  try {
    if (method === "close") {
      hasPages = false;
      database.close();
      post({ id, value: null });
      return;
    }
    hasPages = true;
    if (method === "copyStore") {
      post({ id, value: copyStore(database, args[0] as CopyOrder) });
      return;
    }
    const run = methods[method];
    if (!run) throw new Error(`the reader thread has no method ${method}`);
    const value = inTransaction(database, () => run(newContext(), ...(args as never[])), "DEFERRED");
    post({ id, value });
  } catch (error) {
    post({ id, error: toThreadError(error) });
  }
});

function newContext(): ScanContext {
  const { horizonMs, watermark } = readState(database);
  return {
    database,
    horizonMs,
    watermark,
    checkCancelled() {
      if (Atomics.load(start.closing, 0) !== 0) throw new Error("the storage is closing");
    },
  };
}

function post(message: ThreadAnswer): void {
  port.postMessage(message);
}
