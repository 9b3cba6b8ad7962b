import { buckets, InvalidInput, shown } from "@outlay/core";
import { z } from "zod";
import type { CollectionRecord, Storage } from "../storage/storage.ts";
import type { ReportUnit } from "./report-period.ts";

/** A report that comes by itself. */
export interface ReportSchedule {
  id: string;
  name: string;
  enabled: boolean;
  /** What each covers: the day, week or month before. Weekly ones come on Mondays, monthly ones on the first. */
  every: ReportUnit;
  /** Of the day, in the zone: not before this hour. */
  hour: number;
  timeZone: string;
  /** A channel of e-mail. */
  channelId: string;
  /** null: those of the channel. */
  recipients: string[] | null;
  filters: string[];
  attach: ("pdf" | "csv")[];
  createdAtMs: number;
  /** Label of the last period that was reported; null: none yet. */
  lastLabel: string | null;
  lastAtMs: number | null;
}

const COLLECTION = "report-schedules";

/** The definitions of a data folder. */
export class ScheduleBook {
  #storage: Storage;

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  async list(): Promise<ReportSchedule[]> {
    const records = await this.#storage.listRecords(COLLECTION);
    return records.map(scheduleOf).toReversed();
  }

  /** InvalidInput `schedule_not_found` (404). */
  async get(id: string): Promise<ReportSchedule> {
    const [record] = await this.#storage.listRecords(COLLECTION, { ids: [id] });
    if (record !== undefined) return scheduleOf(record);
    throw new InvalidInput("schedule_not_found", `There is no scheduled report with the id ${shown(id)}`, {
      field: "id",
      status: 404,
    });
  }

  async put({ id, createdAtMs, ...body }: ReportSchedule): Promise<void> {
    await this.#storage.putRecords(COLLECTION, [{ id, atMs: createdAtMs, body }]);
  }

  async remove(id: string): Promise<void> {
    await this.get(id);
    await this.#storage.deleteRecords(COLLECTION, [id]);
  }
}

function scheduleOf({ id, atMs, body }: CollectionRecord): ReportSchedule {
  return { ...(body as Omit<ReportSchedule, "id" | "createdAtMs">), id, createdAtMs: atMs };
}

/** As it comes in. */
export const scheduleSchema = z.strictObject({
  name: z.string().trim().min(1).max(120),
  enabled: z.boolean().default(true),
  every: z.enum(["day", "week", "month"]),
  hour: z.number().int().min(0).max(23).default(8).meta({ description: "Not before this hour of the zone" }),
  timeZone: z.string().min(1).max(60).optional().meta({ description: "Default: the server's" }),
  channelId: z.string().min(1).max(100).meta({ description: "A channel of e-mail (smtp or resend)" }),
  recipients: z.array(z.email()).min(1).max(50).nullish().meta({ description: "Instead of the channel's own" }),
  filters: z.array(z.string().min(1).max(300)).max(20).default([]),
  attach: z
    .array(z.enum(["pdf", "csv"]))
    .max(2)
    .default(["pdf"]),
});

const DAY_MS = 86_400_000;
const STEP_MS = 900_000;

/** When the run is due whose report covers the period before the one that begins at `startMs`. */
export function runAt(startMs: number, hour: number, timeZone: string): number {
  const [day] = buckets({ startMs, endMs: startMs + DAY_MS, timeZone }, "day");
  const hourOf = new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit", hourCycle: "h23" });
  // an hour that clocks leave out is the next that there is; of one that comes twice, the first
  for (let at = day!.startMs; at < day!.endMs; at += STEP_MS) if (Number(hourOf.format(at)) >= hour) return at;
  return day!.endMs;
}
