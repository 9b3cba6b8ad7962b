import { afterAnswers } from "./end-of-turn.ts";

/** Longest that an answer waits for its own end, so that its headers can say what it cost. */
const MAX_HELD_MS = 40;
const TICK_MS = 10;

/** An answer whose headers are held back. */
export interface HeldAnswer {
  readonly isHeld: boolean;
  letGo(): void;
}

/** Lets answers go whose end does not come at once. One timer for all of them. */
export class HeldAnswers {
  /** Since this turn of the event loop. Most have their end in the same turn. */
  #new: HeldAnswer[] = [];
  /** Since when, by `performance.now()`. Oldest first. */
  readonly #held = new Map<HeldAnswer, number>();
  #timer: NodeJS.Timeout | null = null;

  add(answer: HeldAnswer): void {
    if (this.#new.push(answer) === 1) afterAnswers(() => this.#keep());
  }

  delete(answer: HeldAnswer): void {
    this.#held.delete(answer);
  }

  #keep(): void {
    const nowMs = performance.now();
    for (const answer of this.#new) if (answer.isHeld) this.#held.set(answer, nowMs);
    this.#new = [];
    this.#lookSoon();
  }

  #look(): void {
    this.#timer = null;
    const oldestMs = performance.now() - MAX_HELD_MS;
    for (const [answer, sinceMs] of this.#held) {
      if (sinceMs > oldestMs) break;
      this.#held.delete(answer);
      answer.letGo();
    }
    this.#lookSoon();
  }

  #lookSoon(): void {
    if (this.#held.size > 0 && this.#timer === null) this.#timer = setTimeout(() => this.#look(), TICK_MS);
  }
}
