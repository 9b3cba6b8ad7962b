/** Calls that have begun and are not recorded yet, so that a stopping server can wait for them. */
export class RunningCalls {
  #count = 0;
  #onNone: (() => void) | null = null;

  begin(): void {
    this.#count += 1;
  }

  /** Once for each that began. */
  end(): void {
    this.#count -= 1;
    if (this.#count === 0) this.#onNone?.();
  }

  /** Resolves when none is left, or after `limitMs`. */
  async none(limitMs: number): Promise<void> {
    if (this.#count === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onNone = resolve;
    const limit = setTimeout(resolve, limitMs);
    await promise;
    clearTimeout(limit);
  }
}
