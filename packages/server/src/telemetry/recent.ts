/**
 * A map that keeps the entries set last: at most `max`, at least half as many. They lie in two generations, of which the
 * older goes as a whole: looking for the oldest entry of a large map costs as much as all that were deleted before it.
 */
export class Recent<Value> {
  readonly #maxYoung: number;
  #young = new Map<string, Value>();
  #old = new Map<string, Value>();

  constructor(max: number) {
    this.#maxYoung = Math.ceil(max / 2);
  }

  get isEmpty(): boolean {
    return this.#young.size + this.#old.size === 0;
  }

  get(key: string): Value | undefined {
    return this.#young.get(key) ?? this.#old.get(key);
  }

  set(key: string, value: Value): void {
    this.#young.set(key, value);
    if (this.#young.size < this.#maxYoung) return;
    this.#old = this.#young;
    this.#young = new Map();
  }
}
