import { mkdir } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { InvalidInput, usdNumber, type WireEvent } from "@outlay/core";
import { askServer } from "./ask-server.ts";
import type { SettingFlags } from "./cli/context.ts";
import { serverImports } from "./cli/server-imports.ts";
import type { ResolvedConfig } from "./config.ts";
import { settingsOf, withDashboard } from "./data-folder.ts";
import type { FileProgress } from "./importers/file-progress.ts";
import type { Destination, Recorded } from "./importers/import-logs.ts";
import type { ImportStore } from "./importers/import-store.ts";
import { importProgressIn } from "./ledger/import-progress.ts";
import type { Ledger } from "./ledger/ledger.ts";
import { createLiveFeed } from "./ledger/live-feed.ts";
import { reviseUsage } from "./ledger/revise-usage.ts";
import { countTelemetry, type UnmatchedCalls } from "./ledger/told-elsewhere.ts";
import { priceConfig } from "./price-config.ts";
import { openPriceBook } from "./prices/price-book.ts";
import { findRunningServer } from "./running-server.ts";
import { growYoungSpace } from "./storage/grow-young-space.ts";
import { peekRecords } from "./storage/sqlite/peek-records.ts";
import { openSqliteStorage } from "./storage/sqlite/sqlite-storage.ts";

/**
 * Where imported calls go: a server when one is named or runs on the data folder, otherwise the data folder itself,
 * without the rest of Outlay around it.
 */
export async function openImportStore(flags: SettingFlags): Promise<ImportStore> {
  const resolved = settingsOf(flags);
  const named = flags.serverUrl ?? process.env["OUTLAY_SERVER"];
  if (named !== undefined && named !== "") return serverImports(askServer(named, process.env["OUTLAY_KEY"]));
  const running = named === "" ? null : await findRunningServer(resolved.config.dataDir);
  return running === null ? new FolderImports(resolved) : serverImports(askServer(running.url, running.ownerToken));
}

class FolderImports implements ImportStore {
  readonly where: string;
  readonly #resolved: ResolvedConfig;
  #ledger: Promise<Ledger> | null = null;

  constructor(resolved: ResolvedConfig) {
    this.#resolved = resolved;
    this.where = `data folder ${resolved.config.dataDir}`;
  }

  destination(importer: string, machine: string): Destination {
    const collection = importProgressIn(importer, machine);
    return {
      prepare: () => void this.#open().catch(() => "told when it is needed"),
      record: (events) => this.#written(() => this.#record(events)),
      readProgress: () =>
        this.#written(async () =>
          peekRecords(this.#resolved.config.dataDir, collection).map(({ body }) => body as FileProgress),
        ),
      keepProgress: (files) =>
        this.#written(async () => {
          const { storage } = await this.#open();
          const records = files.map((file) => ({ id: file.id, atMs: file.modifiedMs, body: file }));
          await storage.putRecords(collection, records);
        }),
    };
  }

  async telemetryCalls(tool: string, range: { startMs: number; endMs: number }): Promise<UnmatchedCalls> {
    return countTelemetry(await this.#open(), tool, range);
  }

  async rest(): Promise<void> {
    const opened = this.#ledger;
    this.#ledger = null;
    const ledger = await opened?.catch(() => null);
    await this.#written(async () => ledger?.storage.close());
  }

  async #record(events: WireEvent[]): Promise<Recorded> {
    const answer = await reviseUsage(await this.#open(), events, { keep: "largest", within: "source" });
    return {
      recorded: answer.accepted,
      known: answer.duplicates,
      grown: answer.revised,
      refused: answer.rejected.map(({ index, field, reason }) => ({ index, reason: `${field}: ${reason}` })),
      costUsd: usdNumber(answer.addedNanoUsd),
    };
  }

  /** InvalidInput `disk_full` when there is no room in the data folder. */
  async #written<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
      const { dataDir } = this.#resolved.config;
      throw new InvalidInput(
        "disk_full",
        `There is no room in the data folder ${dataDir} (${(error as Error).message}); make room and import again: what was recorded stays, and nothing counts twice`,
        { status: 507 },
      );
    }
  }

  #open(): Promise<Ledger> {
    if (this.#ledger === null) {
      const opening = whenFree(() => openLedger(this.#resolved));
      opening.catch(() => (this.#ledger = null));
      this.#ledger = opening;
    }
    return this.#ledger;
  }
}

const FOLDER_WAIT_MS = 10_000;

/** Another command has the folder for a second or so; a server that was started meanwhile keeps it. */
async function whenFree<T>(open: () => Promise<T>): Promise<T> {
  const deadlineMs = performance.now() + FOLDER_WAIT_MS;
  for (;;) {
    try {
      return await open();
    } catch (error) {
      const isTaken = error instanceof InvalidInput && error.code === "data_folder_in_use";
      if (!isTaken || performance.now() > deadlineMs) throw error;
      await sleep(100);
    }
  }
}

const now = () => Date.now();

/** What a few batches of calls take: in a megabyte, collecting garbage takes a quarter of the time of an import. */
const YOUNG_SPACE_MB = 8;

/** What recording takes of `openOutlay`: nobody asks this ledger, and nobody listens to it. */
async function openLedger(resolved: ResolvedConfig): Promise<Ledger> {
  const { dataDir } = resolved.config;
  growYoungSpace(YOUNG_SPACE_MB);
  await mkdir(dataDir, { recursive: true });
  const storage = await openSqliteStorage({ dataDir, isImport: true });
  try {
    const { config } = await withDashboard(resolved, storage);
    const prices = await openPriceBook({ storage, config: priceConfig(config), now });
    return { storage, prices, now, timeZone: config.timeZone, live: createLiveFeed(), health: { unrecorded: 0 } };
  } catch (error) {
    await storage.close();
    throw error;
  }
}
