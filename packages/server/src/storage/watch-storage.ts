import { overlayStorage } from "./overlay-storage.ts";
import type { RecordedCharge, RecordedEvent, Revision, RevisionResult, Storage } from "./storage.ts";

/**
 * Hears what has become durable, before whoever asked for it does: what is told here and the store's sums never
 * disagree for longer than a store's answer is on its way. Must not throw.
 */
export interface StorageWatch {
  /** `seqs[i]` belongs to `events[i]`; a sum with `upToSeq` of at least that covers the event already. */
  added(events: RecordedEvent[], seqs: number[]): void;
  addedCharges(charges: RecordedCharge[]): void;
  /** Absent or false: revisions need not be told one by one, `moved` is enough. */
  wantsRevisions?(): boolean;
  revised?(revisions: ToldRevision[]): void;
  /** Stored events were revised, removed or rated again: sums may have moved anywhere. */
  moved(): void;
}

/** What a stored event was and what has taken its place. */
export interface ToldRevision {
  before: RecordedEvent;
  /** null: it was removed. */
  after: RecordedEvent | null;
  /** Of `after`; a sum with `upToSeq` of at least that covers the revision already. null: it was removed. */
  seq: number | null;
}

/** The storage, with everything that changes sums told to `watch`. */
export function watchStorage(storage: Storage, watch: StorageWatch): Storage {
  let earlier: Promise<void> = Promise.resolve();
  /** What a stored event was is only known while nothing else changes it: where that is wanted, one change follows the other. */
  const change = <T>(make: () => Promise<T>): Promise<T> => {
    const made = watch.wantsRevisions?.() === true ? earlier.then(make) : make();
    earlier = Promise.allSettled([earlier, made]).then(() => {});
    return made;
  };
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
    reviseEvents(revisions) {
      return change(async () => {
        const told = watch.wantsRevisions?.() === true;
        const before = told ? await storage.getEvents([...new Set(revisions.map(({ id }) => id))]) : null;
        const result = await storage.reviseEvents(revisions);
        if (result.removed.length === 0 && result.seqs.every((seq) => seq === null)) return result;
        const revised = before === null ? null : toldRevisions(revisions, result, before);
        if (revised === null) watch.moved();
        else watch.revised?.(revised);
        return result;
      });
    },
    rerateEvents(changes) {
      return change(async () => {
        const result = await storage.rerateEvents(changes);
        if (result.changed > 0) watch.moved();
        return result;
      });
    },
  });
}

/** What each revision changed; null: an event that nobody had seen before was among them. */
function toldRevisions(revisions: Revision[], result: RevisionResult, before: RecordedEvent[]): ToldRevision[] | null {
  const known = new Map(before.map((event) => [event.id, event]));
  const removed = new Set(result.removed);
  const told: ToldRevision[] = [];
  for (const [index, { id, event }] of revisions.entries()) {
    const seq = result.seqs[index]!;
    if (seq === null && !removed.has(index)) continue;
    const stored = known.get(id);
    if (stored === undefined) return null;
    told.push({ before: stored, after: event, seq });
    if (event === null) known.delete(id);
    else known.set(id, event);
  }
  return told;
}
