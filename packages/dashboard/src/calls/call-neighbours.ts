/** The calls before and after the open one in the list that it was opened from; null: not known, or none. */
export interface CallNeighbours {
  of: string;
  previous: string | null;
  next: string | null;
}

/** A list of calls tells the sheet, which stands outside the page, what lies beside the open call. */
class NeighboursOfOpenCall {
  #current: CallNeighbours | null = null;
  readonly #watchers = new Set<() => void>();

  tell(neighbours: CallNeighbours | null): void {
    this.#current = neighbours;
    for (const watcher of this.#watchers) watcher();
  }

  /** For React's `useSyncExternalStore`. */
  readonly watch = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  };

  readonly current = (): CallNeighbours | null => this.#current;
}

export const neighboursOfOpenCall = new NeighboursOfOpenCall();
