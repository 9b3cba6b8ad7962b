/** Neighbouring buckets differ by this factor: a quantile is at most a tenth too large. */
const GAMMA = 1.1;
const LOG_GAMMA = Math.log(GAMMA);
/** Beyond any count of tokens in one call. */
const MAX_BUCKET = 250;
/** At so many counted values all counts are halved, so that what is newer weighs more. */
const MAX_COUNTED = 2_000;

/** How large a number of many calls is, in little memory. Values from 0 up; what is old fades. */
export class SizeSketch {
  /** By bucket; bucket 0 is for values below 1. */
  #counts: number[] = [];
  #counted = 0;
  /** Quantiles are asked for with every call, and change little from one to the next. */
  #remembered = new Map<number, number>();
  #addedSince = 0;

  /** How many values it has seen, without those that faded. */
  get counted(): number {
    return this.#counted;
  }

  add(value: number): void {
    const bucket = value < 1 ? 0 : Math.min(MAX_BUCKET, 1 + Math.floor(Math.log(value) / LOG_GAMMA));
    while (this.#counts.length <= bucket) this.#counts.push(0);
    this.#counts[bucket]! += 1;
    this.#counted += 1;
    this.#addedSince += 1;
    if (this.#addedSince * 50 > this.#counted) this.#forgetQuantiles();
    if (this.#counted >= MAX_COUNTED) this.#halve();
  }

  /** A number that the share `q` of the values does not exceed; 1 is the largest seen. null: nothing was counted. */
  quantile(q: number): number | null {
    if (this.#counted === 0) return null;
    const known = this.#remembered.get(q);
    if (known !== undefined) return known;
    const allowedAbove = this.#counted * (1 - q);
    let above = 0;
    let bucket = this.#counts.length - 1;
    for (; bucket > 0; bucket -= 1) {
      above += this.#counts[bucket]!;
      if (above > allowedAbove) break;
    }
    const value = bucket === 0 ? 0 : GAMMA ** bucket;
    this.#remembered.set(q, value);
    return value;
  }

  /** Pairs of bucket and count. */
  save(): [number, number][] {
    return this.#counts.flatMap((count, bucket): [number, number][] => (count === 0 ? [] : [[bucket, count]]));
  }

  /** null: nothing that `save` has made. */
  static load(saved: unknown): SizeSketch | null {
    if (!Array.isArray(saved) || !saved.every(isPair)) return null;
    const sketch = new SizeSketch();
    for (const [bucket, count] of saved) {
      while (sketch.#counts.length <= bucket) sketch.#counts.push(0);
      sketch.#counts[bucket] = count;
      sketch.#counted += count;
    }
    return sketch;
  }

  #forgetQuantiles(): void {
    this.#remembered.clear();
    this.#addedSince = 0;
  }

  #halve(): void {
    this.#counts = this.#counts.map((count) => Math.floor(count / 2));
    this.#counted = this.#counts.reduce((sum, count) => sum + count, 0);
    this.#forgetQuantiles();
  }
}

function isPair(value: unknown): value is [number, number] {
  if (!Array.isArray(value) || value.length !== 2) return false;
  const [bucket, count] = value as unknown[];
  return isCount(bucket) && bucket <= MAX_BUCKET && isCount(count);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
