import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { buckets } from "@outlay/core";
import type { QueryParams, SummaryAnswer } from "./answers.ts";

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
  onProgress?: (done: number, total: number) => void;
}

/** What a run did with the files of one kind. */
export interface ArchiveChange {
  written: number;
  /** They held the same already. */
  unchanged: number;
  removed: number;
}

/** What a file of the archive says: a summary without what depends on when it was taken. */
interface Snapshot extends Omit<SummaryAnswer, "query" | "meta" | "comparison"> {
  format: "outlay-archive/1";
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
 * included. Repeating it changes only files whose numbers have moved; each is written beside its place first, so that none is ever
 * half there. Snapshots of days before the last `keepDays` are removed, once all others are written.
 */
export async function writeArchive(options: ArchiveOptions): Promise<{ daily: ArchiveChange; monthly: ArchiveChange }> {
  const { folder, nowMs, timeZone, keepDays, firstEventMs } = options;
  const changes = { daily: noChange(), monthly: noChange() };
  const firstDayMs = nowMs - (keepDays - 1) * DAY_MS;
  const days = firstEventMs === null ? [] : spans(Math.max(firstEventMs, firstDayMs), nowMs, "day", timeZone);
  const months = firstEventMs === null ? [] : spans(firstEventMs, nowMs, "month", timeZone);
  const work = [
    ...days.map((span) => ({ span, place: "daily" as const })),
    ...months.map((span) => ({ span, place: "monthly" as const })),
  ];
  for (const [done, { span, place }] of work.entries()) {
    options.onProgress?.(done, work.length);
    const isWritten = await keepFile(join(folder, place), `${span.name}.json`, await snapshotOf(options, span));
    changes[place][isWritten ? "written" : "unchanged"]++;
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
    format: "outlay-archive/1",
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
  const beside = `${path}.part`;
  const file = await open(beside, "w");
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(beside, path);
  return true;
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
