/**
 * What belongs to each of many rows, in the order of its sort keys: gathered in any order, then laid out row by row.
 * Arrays of objects for each row would cost more than what is done with them.
 */
export class RowParts {
  #count = 0;
  #rows: Int32Array;
  #keys: Float64Array;
  /** After `arrange`: sort keys and slots as one number, row by row, each row's in ascending order. */
  #arranged: Float64Array = NONE;
  #starts: Int32Array = new Int32Array(1);

  /** For at most so many parts. */
  constructor(capacity: number) {
    this.#rows = new Int32Array(capacity);
    this.#keys = new Float64Array(capacity);
  }

  /** `key` is below 2^26, and so is `slot`, which says where the part itself is. */
  add(row: number, key: number, slot: number): void {
    this.#rows[this.#count] = row;
    this.#keys[this.#count++] = key * SLOTS + slot;
  }

  /** Lays out what was added, to so many rows. */
  arrange(rows: number): void {
    const starts = new Int32Array(rows + 1);
    for (let i = 0; i < this.#count; i++) starts[(this.#rows[i] as number) + 1]!++;
    for (let row = 0; row < rows; row++) starts[row + 1]! += starts[row] as number;
    const ends = starts.slice();
    const arranged = new Float64Array(this.#count);
    for (let i = 0; i < this.#count; i++) arranged[ends[this.#rows[i] as number]!++] = this.#keys[i] as number;
    for (let row = 0; row < rows; row++) sort(arranged, starts[row] as number, starts[row + 1] as number);
    this.#starts = starts;
    this.#arranged = arranged;
  }

  /** Where the parts of a row begin; they end where those of the next row begin. */
  start(row: number): number {
    return this.#starts[row] as number;
  }

  key(at: number): number {
    return Math.floor((this.#arranged[at] as number) / SLOTS);
  }

  slot(at: number): number {
    return (this.#arranged[at] as number) % SLOTS;
  }
}

const NONE = new Float64Array(0);
const SLOTS = 2 ** 26;
/** Above, the engine's own sorting is worth its call. */
const FEW = 24;

function sort(numbers: Float64Array, from: number, to: number): void {
  if (to - from > FEW) {
    numbers.subarray(from, to).sort();
    return;
  }
  for (let i = from + 1; i < to; i++) {
    const number = numbers[i] as number;
    let at = i - 1;
    while (at >= from && (numbers[at] as number) > number) numbers[at + 1] = numbers[at--] as number;
    numbers[at + 1] = number;
  }
}
