import type { StorageWatch } from "../storage/watch-storage.ts";

/** How often anything was stored that sums are made of: while that stands still, most rules need not look again. */
export interface ChangeCount {
  watch: StorageWatch;
  /** Only grows. */
  count(): number;
}

/** Counts what a watch hears. */
export function countChanges(watch: StorageWatch): ChangeCount {
  let changes = 0;
  return {
    count: () => changes,
    watch: {
      added(events, seqs) {
        changes += 1;
        watch.added(events, seqs);
      },
      addedCharges(charges) {
        changes += 1;
        watch.addedCharges(charges);
      },
      wantsRevisions: () => watch.wantsRevisions?.() === true,
      revised(revisions) {
        changes += 1;
        watch.revised?.(revisions);
      },
      moved() {
        changes += 1;
        watch.moved();
      },
    },
  };
}
