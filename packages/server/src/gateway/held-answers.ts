/** Longest that an answer waits for its own end, so that its headers can say what it cost. */
const MAX_HELD_MS = 40;
const TICK_MS = 10;

/** An answer whose headers are held back. */
export interface HeldAnswer {
  letGo(): void;
}

/** Lets answers go whose end does not come at once. One timer for all of them: most are held for microseconds. */
export class HeldAnswers {
  /** Oldest first. */
  readonly #held = new Map<HeldAnswer, number>();
  #timer: NodeJS.Timeout | null = null;

  add(answer: HeldAnswer): void {
    this.#held.set(answer, performance.now());
    if (this.#timer === null) this.#timer = setTimeout(() => this.#look(), TICK_MS);
  }

  delete(answer: HeldAnswer): void {
    this.#held.delete(answer);
  }

  #look(): void {
    this.#timer = null;
    const oldestMs = performance.now() - MAX_HELD_MS;
    for (const [answer, sinceMs] of this.#held) {
      if (sinceMs > oldestMs) break;
      this.#held.delete(answer);
      answer.letGo();
    }
    if (this.#held.size > 0) this.#timer = setTimeout(() => this.#look(), TICK_MS);
  }
}
