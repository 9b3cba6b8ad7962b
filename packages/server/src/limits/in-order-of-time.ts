import type { StoredEvent } from "../storage/storage.ts";

/** Events held back, until enough later ones have come. */
const HELD = 20_000;

/**
 * Events of a scan, which come in order of arrival, in the order in which they occurred: as long as none arrived more than twenty thousand
 * others too late. Later ones come where they arrived.
 */
export async function* inOrderOfTime(
  pages: AsyncIterable<StoredEvent[]>,
  held: number = HELD,
): AsyncIterable<StoredEvent> {
  let waiting: StoredEvent[] = [];
  for await (const page of pages) {
    waiting.push(...page);
    if (waiting.length < 2 * held) continue;
    waiting.sort(byTime);
    const ripe = waiting.length - held;
    for (let index = 0; index < ripe; index++) yield waiting[index]!;
    waiting = waiting.slice(ripe);
  }
  yield* waiting.toSorted(byTime);
}

function byTime(a: StoredEvent, b: StoredEvent): number {
  return a.occurredAtMs - b.occurredAtMs || a.seq - b.seq;
}
