import { overlayStorage } from "./overlay-storage.ts";
import type { RecordedCharge, RecordedEvent, Storage } from "./storage.ts";

/**
 * Hears what has become durable, before whoever asked for it does: what is told here and the store's sums never
 * disagree for longer than a store's answer is on its way. Must not throw.
 */
export interface StorageWatch {
  /** `seqs[i]` belongs to `events[i]`; a sum with `upToSeq` of at least that covers the event already. */
  added(events: RecordedEvent[], seqs: number[]): void;
  addedCharges(charges: RecordedCharge[]): void;
  /** Stored events were revised, removed or rated again: sums may have moved anywhere. */
  moved(): void;
}

/** The storage, with everything that changes sums told to `watch`. */
export function watchStorage(storage: Storage, watch: StorageWatch): Storage {
  return overlayStorage(storage, {
    async appendEvents(events) {
      const answer = await storage.appendEvents(events);
      const leftOut = new Set([...answer.duplicates, ...answer.expired]);
      const stored = leftOut.size === 0 ? events : events.filter((_, index) => !leftOut.has(index));
      if (stored.length > 0) watch.added(stored, answer.seqs);
      return answer;
    },
    async appendCharges(charges) {
      const answer = await storage.appendCharges(charges);
      const duplicates = new Set(answer.duplicates);
      const stored = charges.filter((_, index) => !duplicates.has(index));
      if (stored.length > 0) watch.addedCharges(stored);
      return answer;
    },
    async reviseEvents(revisions) {
      const result = await storage.reviseEvents(revisions);
      if (result.removed.length > 0 || result.seqs.some((seq) => seq !== null)) watch.moved();
      return result;
    },
    async rerateEvents(changes) {
      const result = await storage.rerateEvents(changes);
      if (result.changed > 0) watch.moved();
      return result;
    },
  });
}
