import type { RecordedEvent, Revision, RevisionResult } from "../storage.ts";
import { type BatchMessage, encodeBatch, NUMBER_COLUMNS, putUuid } from "./batch-message.ts";
import { COL, EVENT_COLUMNS, type EventColumn, type EventRow } from "./event-row.ts";
import type { EventWriter } from "./event-writer.ts";
import { RowDecoder } from "./row-decoder.ts";
import { rebuildSession } from "./sessions.ts";

/** Revisions on their way to the writer thread. */
export interface RevisionMessage {
  ids: string[];
  /** The seq that the stored event must have; null: any. */
  seqs: (number | null)[];
  /** For each, its place in the batch of new events; -1: removed. */
  places: Int32Array;
  events: BatchMessage;
}

export function encodeRevisions(revisions: Revision[]): RevisionMessage {
  const events: RecordedEvent[] = [];
  const places = revisions.map(({ id, event }) => {
    if (event === null) return -1;
    if (event.id !== id) throw new Error(`a revision of ${id} has the id ${event.id}`);
    return events.push(event) - 1;
  });
  return {
    ids: revisions.map(({ id }) => id),
    seqs: revisions.map(({ seq }) => seq ?? null),
    places: Int32Array.from(places),
    events: encodeBatch(events),
  };
}

/**
 * Replaces and removes stored events, and moves every sum and session with them, in one transaction. A replaced event
 * gets the next seq, as if it arrived now: who resumes after a seq is told of it, and its seq says whether it changed.
 */
export function reviseEvents(writer: EventWriter, message: RevisionMessage): RevisionResult {
  return writer.transaction(() => new RevisionWork(writer, message).run());
}

class RevisionWork {
  #writer: EventWriter;
  #message: RevisionMessage;
  #rows: RowDecoder;
  #result: RevisionResult;
  /** Sessions that have to be made anew from their events. */
  #sessions = new Set<number>();
  /** Something in the rollups changed: they and the watermark have to move in this transaction. */
  #touchesRollups = false;
  #touchesEnds = false;

  constructor(writer: EventWriter, message: RevisionMessage) {
    this.#writer = writer;
    this.#message = message;
    this.#rows = new RowDecoder(message.events, writer.dictionary);
    this.#result = { seqs: message.ids.map(() => null), removed: [], missing: [], changed: [], expired: [] };
  }

  run(): RevisionResult {
    const writer = this.#writer;
    for (let index = 0; index < this.#message.ids.length; index++) {
      this.#revise(index);
      if (writer.isFlushDue) writer.flush();
    }
    if (this.#touchesEnds) this.#findEnds();
    if (this.#touchesRollups || this.#touchesEnds || this.#sessions.size > 0) writer.flush();
    for (const id of this.#sessions) rebuildSession(writer.database, id, writer.state.horizonMs);
    return this.#result;
  }

  #revise(index: number): void {
    const { seqs, removed, missing, changed, expired } = this.#result;
    const before = this.#stored(this.#message.ids[index] as string);
    if (!before) {
      missing.push(index);
      return;
    }
    const place = this.#message.places[index] as number;
    const expectedSeq = this.#message.seqs[index] as number | null;
    const { state } = this.#writer;
    if (expectedSeq !== null && expectedSeq !== before[COL.seq]) {
      changed.push(index);
    } else if ((before[COL.at] as number) < state.horizonMs || this.#occurredMs(place) < state.horizonMs) {
      expired.push(index);
    } else if (place === -1) {
      this.#replace(before, null);
      removed.push(index);
    } else {
      seqs[index] = state.nextSeq;
      this.#replace(before, this.#rows.decode(place, state.nextSeq));
    }
  }

  #stored(id: string): EventRow | undefined {
    const uuid = new Uint8Array(16);
    return this.#writer.database
      .prepare(`SELECT ${EVENT_COLUMNS.join()} FROM events WHERE id = ?`)
      .get(putUuid(id, uuid, 0) ? uuid : id);
  }

  #occurredMs(place: number): number {
    return place === -1 ? Infinity : (this.#message.events.numbers[place * NUMBER_COLUMNS.length] as number);
  }

  #replace(before: EventRow, after: EventRow | null): void {
    const { state } = this.#writer;
    if ((before[COL.seq] as number) <= state.watermark) this.#touchesRollups = true;
    const atMs = before[COL.at] as number;
    if (atMs !== after?.[COL.at] && (atMs === state.firstMs || atMs === state.lastMs)) this.#touchesEnds = true;
    if (before[COL.session] !== null && !isSaidAgain(before, after)) {
      this.#sessions.add(before[COL.session] as number);
    }
    this.#writer.remove(before);
    if (after) this.#writer.insert(after);
  }

  /** The instants of the first and the last event, when one of them went. */
  #findEnds(): void {
    const { database, state } = this.#writer;
    const [first, last] = database
      .prepare("SELECT (SELECT min(at) FROM events), (SELECT max(at) FROM events)")
      .get() as [number | null, number | null];
    const someExpired = state.firstMs !== null && state.firstMs < state.horizonMs;
    if (!someExpired) state.firstMs = first;
    const lastExpiredMs = someExpired ? Math.min(state.lastMs ?? state.horizonMs, state.horizonMs - 1) : null;
    state.lastMs = last === null ? lastExpiredMs : Math.max(last, lastExpiredMs ?? last);
  }
}

/** Whether the event still says of its session what it said before, perhaps more. Then adding it again is enough. */
function isSaidAgain(before: EventRow, after: EventRow | null): boolean {
  if (after === null) return false;
  const same = (column: EventColumn): boolean => before[COL[column]] === after[COL[column]];
  return (
    same("session") &&
    same("at") &&
    same("model") &&
    SAID_OF_SESSION.every((column) => same(column) || before[COL[column]] === null)
  );
}

const SAID_OF_SESSION: EventColumn[] = ["user", "agent", "project"];
