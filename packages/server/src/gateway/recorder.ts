import type { WireEvent } from "@outlay/core";
import type { Ledger } from "../ledger/ledger.ts";
import { recordUsage } from "../ledger/record-usage.ts";
import { uuidV7 } from "../ledger/uuid-v7.ts";

/** Events of a moment share a commit. So much is lost at most when the process is killed. */
const FLUSH_INTERVAL_MS = 50;
const MAX_BATCH = 1_000;
/** Events that wait, for instance for a store that fails: some 20 MB. What comes beyond is counted, not kept. */
const MAX_WAITING = 20_000;
const FIRST_RETRY_MS = 500;
const MAX_RETRY_MS = 30_000;
/** A stopping server tries for so long to store what is left. */
const CLOSE_LIMIT_MS = 5_000;
/** The log says at most so often that recording fails. */
const LOG_INTERVAL_MS = 60_000;

type StoredEvent = Awaited<ReturnType<Ledger["storage"]["getEvents"]>>[number];

/** Stores the events of calls in the background. Never throws and never makes a call wait. */
export interface Recorder {
  add(events: WireEvent[]): void;
  /** Stores what waits, within five seconds; what is left then counts as unrecorded. */
  close(): Promise<void>;
}

/** `logFailure` gets errors of the store, never events. `onOver` hears of each event that is stored, or never will be. */
export function openRecorder(
  ledger: Ledger,
  logFailure: (where: string, error: unknown) => void,
  onOver: (id: string) => void = () => {},
): Recorder {
  let waiting: WireEvent[] = [];
  let timer: NodeJS.Timeout | null = null;
  let running: Promise<void> | null = null;
  let retryMs = 0;
  let lastLogMs = Number.NEGATIVE_INFINITY;
  let isClosing = false;

  /** While the store fails, what waits for it counts as unrecorded. */
  let shown = 0;
  const show = (count: number) => {
    ledger.health.unrecorded += count - shown;
    shown = count;
  };
  const log = (error: unknown) => {
    if (ledger.now() - lastLogMs < LOG_INTERVAL_MS) return;
    lastLogMs = ledger.now();
    logFailure("gateway recording", error);
  };
  /** New ids of calls whose own was taken, and what those were. */
  const renamed = new Map<string, string>();
  const over = (events: WireEvent[]) => {
    for (const { id } of events) {
      if (id == null) continue;
      onOver(renamed.get(id) ?? id);
      renamed.delete(id);
    }
  };
  /** The calls of a batch whose id another event had already, under ids of their own: what was paid is recorded. */
  const withOtherIds = async (batch: WireEvent[]): Promise<WireEvent[]> => {
    const stored = await ledger.storage.getEvents(batch.flatMap(({ id }) => id ?? []));
    const places = new Map(stored.map((event) => [event.id, event]));
    return batch.flatMap((event) => {
      const other = places.get(event.id!);
      if (other === undefined || isSameCall(other, event)) return [];
      const id = uuidV7(ledger.now());
      renamed.set(id, renamed.get(event.id!) ?? event.id!);
      return [{ ...event, id }];
    });
  };
  const schedule = () => {
    if (timer !== null || running !== null || waiting.length === 0) return;
    timer = setTimeout(flush, Math.max(FLUSH_INTERVAL_MS, retryMs));
  };
  const flush = () => {
    timer = null;
    running = store().finally(() => {
      running = null;
      if (!isClosing) schedule();
    });
  };
  const store = async () => {
    const batch = waiting.slice(0, MAX_BATCH);
    try {
      const { rejected, duplicates } = await recordUsage(ledger, batch, { source: "gateway" });
      const again = duplicates === 0 ? [] : await withOtherIds(batch);
      waiting = [...again, ...waiting.slice(batch.length)];
      const waitingIds = new Set(again.map(({ id }) => renamed.get(id!)));
      over(again.length === 0 ? batch : batch.filter(({ id }) => !waitingIds.has(id!)));
      retryMs = 0;
      show(0);
      if (rejected.length === 0) return;
      ledger.health.unrecorded += rejected.length;
      const { field, code } = rejected[0]!;
      log(new Error(`${rejected.length} calls were not accepted, the first for ${field}: ${code}`));
    } catch (error) {
      show(waiting.length);
      retryMs = Math.min(MAX_RETRY_MS, retryMs === 0 ? FIRST_RETRY_MS : retryMs * 2);
      log(error);
    }
  };

  return {
    add(events) {
      if (waiting.length + events.length > MAX_WAITING) {
        ledger.health.unrecorded += events.length;
        over(events);
        return;
      }
      waiting.push(...events);
      if (retryMs > 0) show(waiting.length);
      schedule();
    },
    async close() {
      isClosing = true;
      if (timer !== null) clearTimeout(timer);
      const limit = new Promise<void>((resolve) => setTimeout(resolve, CLOSE_LIMIT_MS).unref());
      const drain = async () => {
        await running;
        while (waiting.length > 0) {
          await store();
          if (retryMs > 0) await new Promise((resolve) => setTimeout(resolve, FIRST_RETRY_MS));
        }
      };
      await Promise.race([drain(), limit]);
      show(waiting.length);
      waiting = [];
    },
  };
}

/** A batch that was stored, though the answer did not come, is sent again: those are no other calls. */
function isSameCall(stored: StoredEvent, { occurredAt, durationMs }: WireEvent): boolean {
  return (
    stored.source === "gateway" && stored.occurredAtMs === occurredAt && stored.durationMs === (durationMs ?? undefined)
  );
}
