import { createReadStream } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { access, mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { createGunzip, createGzip } from "node:zlib";
import { Readable } from "node:stream";
import { buckets } from "@outlay/core";
import type { MetricValues, QueryParams, SummaryAnswer } from "./answers.ts";

/** Where an archive's numbers come from, and what of them it is to hold. */
export interface ArchiveOptions {
  folder: string;
  /** The summary of a period, from the ledger or from a server. */
  summaryOf: (params: QueryParams) => Promise<SummaryAnswer>;
  /** Of the first event; null: there is none. */
  firstEventMs: number | null;
  nowMs: number;
  /** In which days and months begin. */
  timeZone: string;
  /** Days of which snapshots are kept; months stay for ever. */
  keepDays: number;
  /** Where the days' single events are to be kept too: the lines of `archiveEvents`. */
  events?: {
    linesOf: (params: QueryParams) => Promise<AsyncIterable<string | Uint8Array>>;
    /** Raw events before this instant have expired: what is kept of those days stays as it is. */
    horizonMs: number;
  };
  onProgress?: (done: number, total: number) => void;
}

/** What a run did with the files of each kind; `events` where they were asked for. */
export interface ArchiveChanges {
  daily: ArchiveChange;
  monthly: ArchiveChange;
  events?: ArchiveChange;
}

/** What a run did with the files of one kind. */
export interface ArchiveChange {
  written: number;
  /** They held the same already. */
  unchanged: number;
  removed: number;
}

export const SNAPSHOT_FORMAT = "outlay-archive/1";
export const EVENTS_FORMAT = "outlay-events/1";

/** What a file of the archive says: a summary without what depends on when it was taken. */
export interface Snapshot extends Omit<SummaryAnswer, "query" | "meta" | "comparison"> {
  format: typeof SNAPSHOT_FORMAT;
  unit: "day" | "month";
  /** `2026-11-22` or `2026-11`. */
  name: string;
  timeZone: string;
  /** Start included, end excluded. */
  start: string;
  end: string;
  /** The day or month was over when the snapshot was taken. */
  finished: boolean;
}

/**
 * Writes a snapshot of each day (`daily/2026-11-22.json`) and a summary of each month (`monthly/2026-11.json`), the running ones
 * included, and if asked for the events of each finished day (`events/2026-11-22.jsonl.gz`, for ever). Repeating it changes only files whose numbers have moved; each is written beside its place first, so that none is ever
 * half there. Snapshots of days before the last `keepDays` are removed, once all others are written.
 */
export async function writeArchive(options: ArchiveOptions): Promise<ArchiveChanges> {
  const { folder, nowMs, timeZone, keepDays, firstEventMs, events } = options;
  const changes: ArchiveChanges = { daily: noChange(), monthly: noChange() };
  const firstDayMs = nowMs - (keepDays - 1) * DAY_MS;
  const days = firstEventMs === null ? [] : spans(Math.max(firstEventMs, firstDayMs), nowMs, "day", timeZone);
  const months = firstEventMs === null ? [] : spans(firstEventMs, nowMs, "month", timeZone);
  const work = [
    ...days.map((span) => ({ span, place: "daily" as const })),
    ...months.map((span) => ({ span, place: "monthly" as const })),
  ];
  const eventDays =
    events === undefined || firstEventMs === null
      ? []
      : spans(Math.max(firstEventMs, events.horizonMs), nowMs, "day", timeZone).filter(
          ({ startMs, finished }) => finished && startMs >= events.horizonMs,
        );
  const total = work.length + eventDays.length;
  for (const [done, { span, place }] of work.entries()) {
    options.onProgress?.(done, total);
    const snapshot = await snapshotOf(options, span);
    const isWritten = await keepFile(join(folder, place), `${span.name}.json`, snapshot);
    changes[place][isWritten ? "written" : "unchanged"]++;
  }
  if (events !== undefined) changes.events = noChange();
  for (const [done, span] of eventDays.entries()) {
    options.onProgress?.(work.length + done, total);
    const isWritten = await keepEvents(options, span, span.startMs >= firstDayMs);
    changes.events![isWritten ? "written" : "unchanged"]++;
  }
  const [firstKept] = spans(firstDayMs, nowMs, "day", timeZone);
  changes.daily.removed = await removeBefore(join(folder, "daily"), firstKept!.name);
  return changes;
}

const DAY_MS = 86_400_000;
/** Of each part so many rows; the rest is summed as `other`. */
const ROWS = 1_000;
const INCLUDED = ["byUser", "byTeam", "byProject", "byCustomer", "users", "sessions"];

interface Span {
  unit: "day" | "month";
  name: string;
  startMs: number;
  endMs: number;
  finished: boolean;
}

/** The days or months that touch a range, whole. */
function spans(startMs: number, nowMs: number, unit: "day" | "month", timeZone: string): Span[] {
  const whole = buckets({ startMs: startMs - 32 * DAY_MS, endMs: nowMs + 32 * DAY_MS, timeZone }, unit);
  return whole
    .filter((bucket) => bucket.endMs > startMs && bucket.startMs <= nowMs)
    .map(({ label, startMs: from, endMs }) => ({ unit, name: label, startMs: from, endMs, finished: endMs <= nowMs }));
}

async function snapshotOf({ summaryOf, timeZone }: ArchiveOptions, span: Span): Promise<string> {
  const start = new Date(span.startMs).toISOString();
  const end = new Date(span.endMs).toISOString();
  const params = { from: [start], to: [end], tz: [timeZone], limit: [String(ROWS)], include: INCLUDED };
  const { query: _query, meta: _meta, comparison: _comparison, ...numbers } = await summaryOf(params);
  const { unit, name, finished } = span;
  const snapshot: Snapshot = {
    format: SNAPSHOT_FORMAT,
    unit,
    name,
    timeZone,
    start,
    end,
    finished,
    ...numbers,
  };
  return `${JSON.stringify(snapshot, null, 2)}\n`;
}

/** False: the file says this already. */
async function keepFile(folder: string, name: string, text: string): Promise<boolean> {
  const path = join(folder, name);
  if ((await readFile(path, "utf8").catch(() => null)) === text) return false;
  await mkdir(folder, { recursive: true });
  await writeWhole(path, (file) => file.writeFile(text));
  return true;
}

/** Beside its place first, and on disk before it gets its name. */
async function writeWhole(path: string, write: (file: FileHandle) => Promise<void>): Promise<void> {
  const beside = `${path}.part`;
  const file = await open(beside, "w");
  try {
    await write(file);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(beside, path);
}

/** First line of a file of events. Its totals are those of the day when it was written: as long as they stand, so does the file. */
export interface EventsHeader {
  format: typeof EVENTS_FORMAT;
  name: string;
  timeZone: string;
  start: string;
  end: string;
  totals: MetricValues;
}

/** False: the file is there, and says what the store says. `look`: also at those that are there. */
async function keepEvents(options: ArchiveOptions, span: Span, look: boolean): Promise<boolean> {
  const folder = join(options.folder, "events");
  const path = join(folder, `${span.name}.jsonl.gz`);
  if (!look && (await isThere(path))) return false;
  const range = { from: [new Date(span.startMs).toISOString()], to: [new Date(span.endMs).toISOString()] };
  const { totals } = await options.summaryOf({ ...range, tz: [options.timeZone], limit: ["1"] });
  const { calls, cost, inputTokens, outputTokens, cacheReadTokens, errors, unpricedCalls } = totals;
  const header: EventsHeader = {
    format: EVENTS_FORMAT,
    name: span.name,
    timeZone: options.timeZone,
    start: range.from[0]!,
    end: range.to[0]!,
    totals: { calls, cost, inputTokens, outputTokens, cacheReadTokens, errors, unpricedCalls },
  };
  const first = JSON.stringify(header);
  if ((await firstLine(path)) === first) return false;
  const lines = await options.events!.linesOf(range);
  await mkdir(folder, { recursive: true });
  const compressed = Readable.from(withHeader(first, lines)).compose(createGzip());
  await writeWhole(path, async (file) => {
    for await (const chunk of compressed as AsyncIterable<Uint8Array>) await file.appendFile(chunk);
  });
  return true;
}

/** The last line says that the file is whole. */
async function* withHeader(
  header: string,
  lines: AsyncIterable<string | Uint8Array>,
): AsyncIterable<string | Uint8Array> {
  yield `${header}\n`;
  yield* lines;
  yield `{"end":true}\n`;
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** null: there is no such file, or it cannot be read. */
async function firstLine(path: string): Promise<string | null> {
  const source = createReadStream(path);
  const unzipped = createGunzip();
  source.on("error", (error) => unzipped.destroy(error));
  let text = "";
  try {
    for await (const chunk of source.pipe(unzipped) as AsyncIterable<Buffer>) {
      text += chunk.toString("utf8");
      if (text.includes("\n")) return text.slice(0, text.indexOf("\n"));
    }
    return null;
  } catch {
    return null;
  } finally {
    source.destroy();
  }
}

/** Only what is named like a day: what else somebody keeps there is theirs. */
async function removeBefore(folder: string, firstKept: string): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const old = names.filter((name) => /^\d{4}-\d{2}-\d{2}\.json$/.test(name) && name < `${firstKept}.json`);
  for (const name of old) await rm(join(folder, name), { force: true });
  return old.length;
}

function noChange(): ArchiveChange {
  return { written: 0, unchanged: 0, removed: 0 };
}
