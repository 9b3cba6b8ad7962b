import { createHash } from "node:crypto";

/**
 * Names rows that have no id by what they say, and by how many rows before them in the file say the same: so a file that is
 * imported again adds nothing, one that overlaps it only what is new, and two rows that are truly equal both count.
 *
 * Keeps 12 bytes for each row, a fourth to a half of the places free.
 */
export class RowIds {
  #keys = new Float64Array(1 << 12);
  #counts = new Uint32Array(1 << 12);
  #used = 0;

  /** `<hash>`, `<hash>.2` for the second row that says the same, … */
  next(content: unknown): string {
    const digest = createHash("sha256").update(JSON.stringify(content)).digest();
    // never 0, which marks a free place; a collision of these 52 bits only makes a number skip
    const seen = this.#count(digest.readUIntBE(0, 6) * 16 + (digest[6]! & 15) + 1);
    const name = digest.toString("base64url").slice(0, 32);
    return seen === 1 ? name : `${name}.${seen}`;
  }

  #count(key: number): number {
    if (this.#used * 2 > this.#keys.length) this.#grow();
    const place = this.#placeOf(key);
    if (this.#keys[place] === 0) {
      this.#keys[place] = key;
      this.#used += 1;
    }
    this.#counts[place]! += 1;
    return this.#counts[place]!;
  }

  #placeOf(key: number): number {
    const mask = this.#keys.length - 1;
    let place = (key % 4_294_967_291) & mask;
    while (this.#keys[place] !== 0 && this.#keys[place] !== key) place = (place + 1) & mask;
    return place;
  }

  #grow(): void {
    const [keys, counts] = [this.#keys, this.#counts];
    this.#keys = new Float64Array(keys.length * 2);
    this.#counts = new Uint32Array(keys.length * 2);
    for (const [index, key] of keys.entries()) {
      if (key === 0) continue;
      const place = this.#placeOf(key);
      this.#keys[place] = key;
      this.#counts[place] = counts[index]!;
    }
  }
}
