/** Pieces of work that are done one after the other, in the order in which they came. One that fails keeps none from its turn. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** Resolves or rejects as the work does. */
  take<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => {});
    return done;
  }

  /** Resolves when all that was taken so far is over, however it went. */
  async ended(): Promise<void> {
    await this.#last;
  }
}
