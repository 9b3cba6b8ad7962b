import {
  type BatchMessage,
  BYTES_OF_EVENT,
  IN_BYTES,
  NOT_SAID,
  NUMBER_COLUMNS,
  REFERENCE_COLUMNS,
  SPAN_OFFSET,
  TRACE_OFFSET,
} from "./batch-message.ts";
import { DIMENSION_CODES, type DimensionCode, PRICE_CODE } from "./cubes.ts";
import type { Dictionary } from "./dictionary.ts";
import type { SqlValue } from "./driver.ts";
import { COL, DIMENSION_COLUMNS, EVENT_COLUMNS, type EventColumn, type EventRow } from "./event-row.ts";

/** Turns a message back into rows of the table; few rows, with the bytes in them, are reused for all. */
export class RowDecoder {
  #batch: BatchMessage;
  #dictionary: Dictionary;
  #rows: ReusedRow[] = [];
  /** By dimension: the dictionary's id of each text of the batch, 0 while it is not looked up. */
  #ids = DIMENSION_COLUMNS.map(() => null as Int32Array | null);
  #models: Int32Array | null = null;
  /** The same for sets of tags and prices. */
  #tagSets: Int32Array | null = null;
  #prices: Int32Array | null = null;

  constructor(batch: BatchMessage, dictionary: Dictionary) {
    this.#batch = batch;
    this.#dictionary = dictionary;
  }

  /** The row is valid until another is decoded into the same `place`. */
  decode(index: number, seq: number, place = 0): EventRow {
    const { numbers, references, texts } = this.#batch;
    const { row, id: idBytes, trace: traceBytes, span: spanBytes } = (this.#rows[place] ??= newRow());
    row[COL.seq] = seq;
    let n = index * NUMBER_COLUMNS.length;
    for (let i = 0; i < NUMBER_INDEXES.length; i++) {
      const value = numbers[n++] as number;
      row[NUMBER_INDEXES[i] as number] = Number.isNaN(value) ? null : value;
    }
    let r = index * REFERENCE_COLUMNS.length;
    const bytesAt = index * BYTES_OF_EVENT;
    const text = (reference: number): string => texts[reference] as string;
    const id = references[r++] as number;
    row[COL.id] = id === IN_BYTES ? this.#copy(bytesAt, idBytes) : text(id);
    row[COL.model] = this.#id((this.#models ??= this.#noIds()), DIMENSION_CODES.model, references[r++] as number);
    for (let d = 0; d < DIMENSION_INDEXES.length; d++) {
      const reference = references[r++] as number;
      const { index: column, code } = DIMENSION_INDEXES[d] as (typeof DIMENSION_INDEXES)[number];
      row[column] = reference === NOT_SAID ? null : this.#id((this.#ids[d] ??= this.#noIds()), code, reference);
    }
    const tags = references[r++] as number;
    row[COL.tag_set] = tags === NOT_SAID ? null : this.#tagSet(tags);
    const price = references[r++] as number;
    row[COL.price] = price === NOT_SAID ? null : this.#id((this.#prices ??= this.#noIds()), PRICE_CODE, price);
    const trace = references[r++] as number;
    if (trace === IN_BYTES) row[COL.trace] = this.#copy(bytesAt + TRACE_OFFSET, traceBytes);
    else row[COL.trace] = trace === NOT_SAID ? null : text(trace);
    const span = references[r++] as number;
    if (span === IN_BYTES) row[COL.span] = this.#copy(bytesAt + SPAN_OFFSET, spanBytes);
    else row[COL.span] = span === NOT_SAID ? null : text(span);
    const extra = references[r++] as number;
    row[COL.extra] = extra === NOT_SAID ? null : text(extra);
    return row;
  }

  #copy(from: number, into: Uint8Array): Uint8Array {
    const { bytes } = this.#batch;
    for (let i = 0; i < into.length; i++) into[i] = bytes[from + i] as number;
    return into;
  }

  #id(ids: Int32Array, code: DimensionCode, reference: number): number {
    let id = ids[reference] as number;
    if (id === 0) {
      id = this.#dictionary.idOf(code, this.#batch.texts[reference] as string);
      ids[reference] = id;
    }
    return id;
  }

  #tagSet(reference: number): number {
    const ids = (this.#tagSets ??= this.#noIds());
    let id = ids[reference] as number;
    if (id === 0) ids[reference] = id = this.#dictionary.tagSetOf(this.#batch.texts[reference] as string);
    return id;
  }

  #noIds(): Int32Array {
    return new Int32Array(this.#batch.texts.length);
  }
}

interface ReusedRow {
  row: SqlValue[];
  id: Uint8Array;
  trace: Uint8Array;
  span: Uint8Array;
}

function newRow(): ReusedRow {
  const row = Array.from({ length: EVENT_COLUMNS.length }, () => null);
  return { row, id: new Uint8Array(16), trace: new Uint8Array(16), span: new Uint8Array(8) };
}

const NUMBER_INDEXES = NUMBER_COLUMNS.map((name: EventColumn) => COL[name]);
const DIMENSION_INDEXES = DIMENSION_COLUMNS.map(({ column, code }) => ({ index: COL[column], code }));
