import { type BatchMessage, NUMBER_COLUMNS } from "./batch-message.ts";
import { type Dictionary, openDictionary } from "./dictionary.ts";
import { type Database, inTransaction, isConstraintError, rollBack, type SqlValue, type Statement } from "./driver.ts";
import { addToLookups } from "./event-lookup.ts";
import { COL, EVENT_COLUMNS, type EventRow } from "./event-row.ts";
import { PendingSums } from "./pending-sums.ts";
import { writeRollups } from "./rollups.ts";
import { RowDecoder } from "./row-decoder.ts";
import { PendingSessions, putSession, writeSessions } from "./sessions.ts";
import { readState, type StoreState, writeState } from "./state.ts";

/** What became of a batch: seqs of the accepted events run from `firstSeq` on without a gap. */
export interface BatchResult {
  firstSeq: number;
  duplicates: number[];
  expired: number[];
}

/** At the latest after so many events, or when the sums that wait need this much room, they go to the rollups. */
const FLUSH_EVENTS = 20_000;
const FLUSH_SUMS = 150_000;

/** Stored with one statement. */
const ROWS_AT_ONCE = 8;

/** The one writer of the table `events` and everything that is summed up from it. */
export class EventWriter {
  readonly database: Database;
  dictionary: Dictionary;
  state: StoreState;
  #insert: Statement;
  #insertMany: Statement;
  #manyValues: SqlValue[] = [];
  #sums: PendingSums;
  #sessions = new PendingSessions();
  #pendingEvents = 0;
  #needsRecovery = false;
  /** The next seq when the transaction began that waits for more to join it; null: there is none. */
  #openedAtSeq: number | null = null;

  constructor(database: Database) {
    this.database = database;
    this.dictionary = openDictionary(database);
    this.state = readState(database);
    const row = `(${EVENT_COLUMNS.map(() => "?").join()})`;
    this.#insert = database.prepare(`INSERT INTO events VALUES ${row} ON CONFLICT (id) DO NOTHING`);
    this.#insertMany = database.prepare(`INSERT INTO events VALUES ${Array(ROWS_AT_ONCE).fill(row).join()}`);
    this.#sums = new PendingSums(this.dictionary.membersOf);
    this.#catchUp();
  }

  /** How many stored events are not in the rollups yet. */
  get pendingEvents(): number {
    return this.#pendingEvents;
  }

  /** Runs the work in one transaction. After an error nothing of it is left, neither in the file nor here. */
  transaction<T>(work: () => T): T {
    this.commit();
    return this.#recovering(() => inTransaction(this.database, work));
  }

  /**
   * Runs the work in a transaction that what comes next may join, until `commit` or `transaction`. After an error nothing is
   * left of all that joined it.
   */
  join<T>(work: () => T): T {
    return this.#recovering(() => {
      if (this.#openedAtSeq === null) this.database.exec("BEGIN IMMEDIATE");
      this.#openedAtSeq ??= this.state.nextSeq;
      return work();
    });
  }

  /** How many events were added in the transaction that waits for more. */
  get joinedEvents(): number {
    return this.#openedAtSeq === null ? 0 : this.state.nextSeq - this.#openedAtSeq;
  }

  /** What has joined a transaction becomes durable. */
  commit(): void {
    if (this.#openedAtSeq === null) return;
    this.#recovering(() => this.database.exec("COMMIT"));
    this.#openedAtSeq = null;
  }

  #recovering<T>(work: () => T): T {
    if (this.#needsRecovery) this.#recover();
    try {
      return work();
    } catch (error) {
      if (this.#openedAtSeq !== null) rollBack(this.database);
      this.#openedAtSeq = null;
      this.#needsRecovery = true;
      throw error;
    }
  }

  /** Adds one batch, inside a transaction. */
  append(batch: BatchMessage): BatchResult {
    const result: BatchResult = { firstSeq: this.state.nextSeq, duplicates: [], expired: [] };
    const rows = new RowDecoder(batch, this.dictionary);
    let waiting: number[] = [];
    for (let i = 0; i < batch.count; i++) {
      const atMs = batch.numbers[i * NUMBER_COLUMNS.length] as number;
      if (atMs < this.state.horizonMs) {
        result.expired.push(i);
        continue;
      }
      waiting.push(i);
      if (waiting.length < ROWS_AT_ONCE) continue;
      this.#appendRows(rows, waiting, result);
      waiting = [];
    }
    this.#appendRows(rows, waiting, result);
    if (this.isFlushDue) this.flush();
    return result;
  }

  /** Many rows with one statement cost a third less; but it stores all of them or none, so never a duplicate. */
  #appendRows(rows: RowDecoder, places: number[], result: BatchResult): void {
    const isMany = places.length === ROWS_AT_ONCE && result.duplicates.length === 0;
    if (isMany && this.#appendMany(rows, places)) return;
    for (const place of places) {
      if (!this.insert(rows.decode(place, this.state.nextSeq))) result.duplicates.push(place);
    }
  }

  /** False: one of the ids is there already, and none of the rows was stored. */
  #appendMany(rows: RowDecoder, places: number[]): boolean {
    const values = this.#manyValues;
    const decoded: EventRow[] = [];
    for (let i = 0; i < places.length; i++) {
      const row = rows.decode(places[i] as number, this.state.nextSeq + i, i);
      decoded.push(row);
      for (let c = 0; c < row.length; c++) values[i * row.length + c] = row[c] as SqlValue;
    }
    try {
      this.#insertMany.run(...values);
    } catch (error) {
      if (isConstraintError(error)) return false;
      throw error;
    }
    this.state.nextSeq += places.length;
    for (const row of decoded) this.#note(row);
    return true;
  }

  /** Stores a row that has the next seq, and counts it; false when its id is there already. Inside a transaction. */
  insert(row: EventRow): boolean {
    if (this.#insert.run(...row).changes === 0) return false;
    this.state.nextSeq++;
    this.#note(row);
    return true;
  }

  /** Deletes a stored row and takes it out of the sums; what else its session says stays. Inside a transaction. */
  remove(row: EventRow): void {
    this.database.prepare("DELETE FROM events WHERE seq = ?").run(row[COL.seq] as number);
    this.recount(row, -1);
  }

  get isFlushDue(): boolean {
    return this.#pendingEvents >= FLUSH_EVENTS || this.#sums.size >= FLUSH_SUMS;
  }

  /** Moves the waiting sums into rollups and sessions, and the watermark with them; inside a transaction. */
  flush(): void {
    if (this.#pendingEvents > 0 || !this.#sums.isEmpty) {
      writeRollups(this.database, this.#sums);
      writeSessions(this.database, this.#sessions);
      addToLookups(this.database, this.state.watermark, this.state.nextSeq - 1);
      this.state.watermark = this.state.nextSeq - 1;
      this.#startPending();
    }
    writeState(this.database, this.state);
  }

  /** Counts a stored event as it was before (-1) and as it is now (1), inside a transaction that flushes. */
  recount(row: EventRow, sign: 1 | -1): void {
    this.#sums.add(row, sign);
    this.#sessions.addSums(row, sign);
  }

  /** Makes a session what its events say; without events it goes. */
  replaceSession(expected: PendingSessions, id: number): void {
    if (expected.sums.size > 0) putSession(this.database, expected, 0);
    else this.database.prepare("DELETE FROM sessions WHERE id = ?").run(id);
  }

  #note(row: EventRow): void {
    const atMs = row[COL.at] as number;
    this.#sums.add(row, 1);
    this.#sessions.add(row);
    this.#pendingEvents++;
    const { state } = this;
    if (state.firstMs === null || atMs < state.firstMs) state.firstMs = atMs;
    if (state.lastMs === null || atMs > state.lastMs) state.lastMs = atMs;
  }

  #startPending(): void {
    this.#sums = new PendingSums(this.dictionary.membersOf, this.#sums);
    this.#sessions = new PendingSessions();
    this.#pendingEvents = 0;
  }

  /** What was in memory came in part from a transaction that was undone: start again from the file. */
  #recover(): void {
    this.dictionary.forget();
    this.state = readState(this.database);
    this.#startPending();
    this.#catchUp();
    this.#needsRecovery = false;
  }

  /** Sums up the events behind the watermark, as after a crash. */
  #catchUp(): void {
    const behind = this.database.prepare("SELECT * FROM events WHERE seq > ? ORDER BY seq LIMIT 5000");
    let seq = this.state.watermark;
    for (;;) {
      const rows = behind.all(seq);
      for (const row of rows) {
        this.#note(row);
        seq = row[COL.seq] as number;
      }
      if (rows.length < 5_000) return;
      // Rows are behind the watermark only as far as they are noted: nothing else is appended meanwhile.
      if (this.isFlushDue) inTransaction(this.database, () => this.#flushUpTo(seq));
    }
  }

  #flushUpTo(seq: number): void {
    const { nextSeq } = this.state;
    this.state.nextSeq = seq + 1;
    this.flush();
    this.state.nextSeq = nextSeq;
  }
}
