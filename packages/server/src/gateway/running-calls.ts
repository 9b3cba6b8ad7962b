/** Calls that have begun and are not recorded yet, so that a stopping server can wait for them. */
export class RunningCalls {
  readonly #calls = new Set<object>();
  #onNone: (() => void) | null = null;

  add(call: object): void {
    this.#calls.add(call);
  }

  /** False: it was not there any more. */
  delete(call: object): boolean {
    const wasThere = this.#calls.delete(call);
    if (this.#calls.size === 0) this.#onNone?.();
    return wasThere;
  }

  /** Resolves when none is left, or after `limitMs`. */
  async none(limitMs: number): Promise<void> {
    if (this.#calls.size === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onNone = resolve;
    const limit = setTimeout(resolve, limitMs);
    await promise;
    clearTimeout(limit);
  }
}
