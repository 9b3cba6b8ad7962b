import { type BatchMessage, NUMBER_COLUMNS, REFERENCE_COLUMNS, traceBytes } from "./batch-message.ts";
import { DIMENSION_CODES, type DimensionCode, PRICE_CODE } from "./cubes.ts";
import type { Dictionary } from "./dictionary.ts";
import type { SqlValue } from "./driver.ts";
import { COL, DIMENSION_COLUMNS, EVENT_COLUMNS, type EventColumn, type EventRow } from "./event-row.ts";

/** Turns a message back into rows of the table; one row is reused for all. */
export class RowDecoder {
  #batch: BatchMessage;
  #dictionary: Dictionary;
  #row: SqlValue[] = Array.from({ length: EVENT_COLUMNS.length }, () => null);
  /** By dimension: the dictionary's id of each text of the batch, 0 while it is not looked up. */
  #ids = DIMENSION_COLUMNS.map(() => null as Int32Array | null);
  #models: Int32Array | null = null;

  constructor(batch: BatchMessage, dictionary: Dictionary) {
    this.#batch = batch;
    this.#dictionary = dictionary;
  }

  decode(index: number, seq: number): EventRow {
    const { numbers, references, uuids, texts } = this.#batch;
    const row = this.#row;
    row[COL.seq] = seq;
    let n = index * NUMBER_COLUMNS.length;
    for (let i = 0; i < NUMBER_INDEXES.length; i++) {
      const value = numbers[n++] as number;
      row[NUMBER_INDEXES[i] as number] = Number.isNaN(value) ? null : value;
    }
    let r = index * REFERENCE_COLUMNS.length;
    const text = (reference: number): string => texts[reference] as string;
    const id = references[r++] as number;
    row[COL.id] = id === -1 ? uuids.subarray(index * 16, index * 16 + 16) : text(id);
    row[COL.model] = this.#id((this.#models ??= this.#noIds()), DIMENSION_CODES.model, references[r++] as number);
    for (let d = 0; d < DIMENSION_INDEXES.length; d++) {
      const reference = references[r++] as number;
      const { index: column, code } = DIMENSION_INDEXES[d] as (typeof DIMENSION_INDEXES)[number];
      row[column] = reference === -1 ? null : this.#id((this.#ids[d] ??= this.#noIds()), code, reference);
    }
    const tags = references[r++] as number;
    row[COL.tag_set] = tags === -1 ? null : this.#dictionary.tagSetOf(text(tags));
    const price = references[r++] as number;
    row[COL.price] = price === -1 ? null : this.#dictionary.idOf(PRICE_CODE, text(price));
    const trace = references[r++] as number;
    row[COL.trace] = trace === -1 ? null : traceBytes(text(trace), 16);
    const span = references[r++] as number;
    row[COL.span] = span === -1 ? null : traceBytes(text(span), 8);
    const extra = references[r++] as number;
    row[COL.extra] = extra === -1 ? null : text(extra);
    return row;
  }

  #id(ids: Int32Array, code: DimensionCode, reference: number): number {
    let id = ids[reference] as number;
    if (id === 0) {
      id = this.#dictionary.idOf(code, this.#batch.texts[reference] as string);
      ids[reference] = id;
    }
    return id;
  }

  #noIds(): Int32Array {
    return new Int32Array(this.#batch.texts.length);
  }
}

const NUMBER_INDEXES = NUMBER_COLUMNS.map((name: EventColumn) => COL[name]);
const DIMENSION_INDEXES = DIMENSION_COLUMNS.map(({ column, code }) => ({ index: COL[column], code }));
