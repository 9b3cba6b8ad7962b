import { join } from "node:path";
import { dayIn } from "@outlay/core";
import { archiveEvents } from "../ledger/archive-lines.ts";
import { writeArchive } from "../ledger/archive.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { summary } from "../ledger/summary.ts";
import type { Job } from "./schedule.ts";

const CHECK_MS = 5 * 60_000;
/** Of which day the archive was last written, and in which folder. */
const DONE = "archive/done";

/** What the settings say of the archive; looked at with each run. */
export interface ArchiveSettings {
  readonly enabled: boolean;
  /** null: the folder `archive` in the data folder. */
  readonly folder: string | null;
  readonly keepDays: number;
  readonly events: boolean;
}

/**
 * Writes the archive once a day, soon after midnight of the owner's zone; at the next start when the server was away then. Every
 * missing file is written, however many days it was away.
 */
export function archiveJob(ledger: Ledger, dataDir: string, settings: ArchiveSettings): Job {
  const write = async () => {
    const { storage, timeZone } = ledger;
    const folder = settings.folder ?? join(dataDir, "archive");
    const nowMs = ledger.now();
    const day = dayIn(timeZone, nowMs);
    const done = JSON.stringify([day, folder, timeZone, settings.events]);
    if ((await storage.getDocument(DONE)) === done) return;
    const { firstEventMs, horizonMs } = await storage.stats();
    await writeArchive({
      folder,
      summaryOf: (params) => summary(ledger, params),
      firstEventMs,
      nowMs,
      timeZone,
      keepDays: settings.keepDays,
      ...(settings.events
        ? { events: { horizonMs, linesOf: async (params) => (await archiveEvents(ledger, params)).body } }
        : {}),
    });
    await storage.putDocument(DONE, done);
  };
  let running: Promise<void> | null = null;
  return {
    name: "archive",
    intervalMs: CHECK_MS,
    // not at once: the first moments belong to whoever waits for the page
    delayMs: 45_000,
    /** Whoever asks while it runs waits for the same run. */
    run: async () => {
      if (settings.enabled) await (running ??= write().finally(() => (running = null)));
    },
  };
}
