import { createReadStream } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { constants, createGunzip } from "node:zlib";
import { InvalidInput, parseUsd, resolvePeriod, usdNumber, type Metric, type PriceVersion } from "@outlay/core";
import type { MetricValues, QueryAnswer, Row } from "./answers.ts";
import { EVENTS_FORMAT, SNAPSHOT_FORMAT, type EventsHeader, type Snapshot } from "./archive.ts";

/** What is asked of an archive's files. */
export interface ArchiveQuestion {
  folder: string;
  /** A unit of time, or a dimension that snapshots have. */
  by: string;
  period?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
  nowMs: number;
}

/** An answer from the files alone, and what is to be known about them. */
export interface ArchiveAnswer extends QueryAnswer {
  archive: {
    /** Which snapshots were added up. */
    from: "daily" | "monthly";
    files: number;
    /** Days or months between the first and the last that have no file. */
    missing: string[];
    /** Their snapshots were taken before they were over. */
    unfinished: string[];
    /** Files that cannot be read, each with the reason. The others were read. */
    damaged: { file: string; reason: string }[];
  };
}

/** What snapshots add up. Averages and percentiles of parts do not add up to those of a whole. */
const ARCHIVE_METRICS = ["cost", "calls", "tokens", "errors", "unpricedCalls"] as const satisfies Metric[];

const TIME: Record<string, { from: "daily" | "monthly"; label: (name: string) => string }> = {
  day: { from: "daily", label: (name) => name },
  week: { from: "daily", label: weekOf },
  month: { from: "monthly", label: (name) => name },
  quarter: {
    from: "monthly",
    label: (name) => `${name.slice(0, 4)}-Q${Math.floor((Number(name.slice(5, 7)) - 1) / 3) + 1}`,
  },
  year: { from: "monthly", label: (name) => name.slice(0, 4) },
};
const DIMENSIONS = [
  "provider",
  "model",
  "operation",
  "category",
  "activity",
  "agent",
  "user",
  "team",
  "project",
  "customer",
] as const;

/**
 * Adds up the snapshots that lie in a period as a whole. Dimensions come from the days when the whole period has a file for each,
 * else from the months. InvalidInput `not_in_archive` for what snapshots do not hold, `no_archive` where there are none.
 */
export async function askArchive(question: ArchiveQuestion): Promise<ArchiveAnswer> {
  const { folder, by } = question;
  const time = TIME[by];
  if (time === undefined && !(DIMENSIONS as readonly string[]).includes(by)) {
    const known = [...Object.keys(TIME), ...DIMENSIONS].join(", ");
    throw new InvalidInput("not_in_archive", `Snapshots do not hold ${by}; they hold ${known}`, { field: "by" });
  }
  if (time !== undefined) return answerOf(question, await readSnapshots(folder, time.from), time.from);
  const days = await readSnapshots(folder, "daily");
  const period = periodOf(question, days.snapshots);
  const wanted = days.snapshots.filter((it) => isWithin(it, period));
  const first = days.snapshots[0];
  const hasAll =
    wanted.length > 0 &&
    missingDays(wanted).length === 0 &&
    question.period !== "all" &&
    Date.parse(first!.start) <= period.startMs;
  return hasAll
    ? answerOf(question, days, "daily")
    : answerOf(question, await readSnapshots(folder, "monthly"), "monthly");
}

interface ReadFiles {
  snapshots: Snapshot[];
  damaged: { file: string; reason: string }[];
}

async function readSnapshots(folder: string, place: "daily" | "monthly"): Promise<ReadFiles> {
  const names = await readdir(join(folder, place)).catch(() => null);
  if (names === null) {
    throw new InvalidInput("no_archive", `${folder} has no folder ${place}: it is no archive of Outlay's`, {
      field: "archive",
    });
  }
  const read: ReadFiles = { snapshots: [], damaged: [] };
  const pattern = place === "daily" ? /^\d{4}-\d{2}-\d{2}\.json$/ : /^\d{4}-\d{2}\.json$/;
  for (const name of names.filter((it) => pattern.test(it)).toSorted()) {
    try {
      read.snapshots.push(checkSnapshot(JSON.parse(await readFile(join(folder, place, name), "utf8")), name));
    } catch (error) {
      read.damaged.push({ file: `${place}/${name}`, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  return read;
}

function checkSnapshot(value: unknown, file: string): Snapshot {
  const snapshot = value as Snapshot | null;
  if (snapshot?.format !== SNAPSHOT_FORMAT) throw new Error(`it is not in the format ${SNAPSHOT_FORMAT}`);
  if (`${snapshot.name}.json` !== file) throw new Error(`it is the snapshot of ${snapshot.name}`);
  if (typeof snapshot.totals?.calls !== "number") throw new Error("it has no totals");
  return snapshot;
}

function periodOf({ period, from, to, nowMs }: ArchiveQuestion, snapshots: Snapshot[]) {
  const first = snapshots[0];
  const firstEventMs = first === undefined ? nowMs : Date.parse(first.start);
  const timeZone = first?.timeZone ?? "UTC";
  const named = period ?? (from === undefined && to === undefined ? "all" : undefined);
  return resolvePeriod({ period: named, from, to }, { timeZone, nowMs, firstEventMs, lastEventMs: nowMs });
}

function isWithin({ start, end }: Snapshot, period: { startMs: number; endMs: number }): boolean {
  return Date.parse(start) >= period.startMs && Date.parse(end) > period.startMs && Date.parse(start) < period.endMs;
}

function answerOf(question: ArchiveQuestion, files: ReadFiles, from: "daily" | "monthly"): ArchiveAnswer {
  const period = periodOf(question, files.snapshots);
  const snapshots = files.snapshots.filter((it) => isWithin(it, period));
  const time = TIME[question.by];
  const groups = new Map<string, Group>();
  const whole = newGroup({});
  for (const snapshot of snapshots) {
    add(whole, snapshot.totals);
    if (time !== undefined) {
      const label = time.label(snapshot.name);
      add(groupOf(groups, label, { [question.by]: label }), snapshot.totals);
      continue;
    }
    const part = snapshot[`by${question.by[0]!.toUpperCase()}${question.by.slice(1)}`] ?? [];
    for (const row of part) {
      const isOther = row["other"] === true;
      const value = row[question.by] as string | null;
      const key = isOther ? "other" : JSON.stringify(value);
      add(groupOf(groups, key, isOther ? { [question.by]: null, other: true } : { [question.by]: value }), row);
    }
  }
  const rows = [...groups.values()];
  if (time === undefined) rows.sort(byCost);
  const totals = valuesOf(whole);
  const unfinished = snapshots.filter(({ finished }) => !finished).map(({ name }) => name);
  return {
    query: {
      metrics: [...ARCHIVE_METRICS],
      by: [question.by],
      filters: [],
      period: {
        start: snapshots[0]?.start ?? new Date(period.startMs).toISOString(),
        end: snapshots.at(-1)?.end ?? new Date(period.endMs).toISOString(),
        timeZone: period.timeZone,
      },
      compare: null,
      order: time === undefined ? "-cost" : question.by,
      limit: rows.length,
    },
    rows: rows.map((group) => ({ ...group.key, ...(valuesOf(group) as Row) })),
    totals,
    meta: {
      unfinished: time === undefined ? [] : unfinished.map(time.label),
      unpriced: {
        calls: whole.counts.unpricedCalls,
        tokens: snapshots.reduce((sum, it) => sum + (it.totals.unpricedTokens ?? 0), 0),
      },
      approximate: [],
      groups: rows.length,
      scannedEvents: 0,
    },
    archive: {
      from,
      files: snapshots.length,
      missing: from === "daily" ? missingDays(snapshots) : missingMonths(snapshots),
      unfinished,
      damaged: files.damaged,
    },
  };
}

interface Group {
  key: Row;
  /** null: no call had a price. */
  costNanoUsd: bigint | null;
  counts: { calls: number; tokens: number; errors: number; unpricedCalls: number };
}

function newGroup(key: Row): Group {
  return { key, costNanoUsd: null, counts: { calls: 0, tokens: 0, errors: 0, unpricedCalls: 0 } };
}

function groupOf(groups: Map<string, Group>, name: string, key: Row): Group {
  let group = groups.get(name);
  if (group === undefined) groups.set(name, (group = newGroup(key)));
  return group;
}

function add(group: Group, values: MetricValues | Row): void {
  const row = values as Record<string, number | null>;
  if (row["cost"] != null) group.costNanoUsd = (group.costNanoUsd ?? 0n) + parseUsd(row["cost"]);
  for (const name of ["calls", "tokens", "errors", "unpricedCalls"] as const) group.counts[name] += row[name] ?? 0;
}

function valuesOf({ costNanoUsd, counts }: Group): MetricValues {
  return { cost: costNanoUsd === null ? null : usdNumber(costNanoUsd), ...counts };
}

function byCost(one: Group, other: Group): number {
  if ((one.key["other"] === true) !== (other.key["other"] === true)) return one.key["other"] === true ? 1 : -1;
  const [a, b] = [one.costNanoUsd ?? -1n, other.costNanoUsd ?? -1n];
  return a === b ? 0 : a < b ? 1 : -1;
}

const DAY_MS = 86_400_000;

function missingDays(snapshots: Snapshot[]): string[] {
  const there = new Set(snapshots.map(({ name }) => name));
  const missing: string[] = [];
  const last = snapshots.at(-1)?.name ?? "";
  for (let name = snapshots[0]?.name ?? ""; name < last; name = nextDay(name)) if (!there.has(name)) missing.push(name);
  return missing;
}

function missingMonths(snapshots: Snapshot[]): string[] {
  const there = new Set(snapshots.map(({ name }) => name));
  const missing: string[] = [];
  const last = snapshots.at(-1)?.name ?? "";
  for (let name = snapshots[0]?.name ?? ""; name < last; name = nextDay(`${name}-31`).slice(0, 7)) {
    if (!there.has(name)) missing.push(name);
  }
  return missing;
}

/** By the calendar, without a zone: days are names here. The 31st of a short month lies in the next. */
function nextDay(name: string): string {
  const [year, month, day] = name.split("-").map(Number) as [number, number, number];
  const last = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return new Date(Date.UTC(year, month - 1, Math.min(day, last)) + DAY_MS).toISOString().slice(0, 10);
}

/** The Monday before, as weeks are named elsewhere. */
function weekOf(day: string): string {
  const atMs = Date.parse(`${day}T00:00:00Z`);
  return new Date(atMs - ((new Date(atMs).getUTCDay() + 6) % 7) * DAY_MS).toISOString().slice(0, 10);
}

/** Files of events in an archive, oldest first. */
export async function listEventFiles(folder: string): Promise<string[]> {
  const names = await readdir(join(folder, "events")).catch(() => []);
  return names
    .filter((name) => /^\d{4}-\d{2}-\d{2}\.jsonl\.gz$/.test(name))
    .toSorted()
    .map((name) => join(folder, "events", name));
}

/**
 * The lines of one file of events, in pages. Rejects with an Error that says what is wrong when the file is cut or is none: what
 * came before that line has been given out.
 */
export async function* readEventFile(
  path: string,
): AsyncIterable<{ header: EventsHeader; prices: PriceVersion[]; events: unknown[] }> {
  const source = createReadStream(path);
  // what a cut file holds is given out too; that it was cut is seen by its last line
  const unzipped = createGunzip({ finishFlush: constants.Z_SYNC_FLUSH });
  source.on("error", (error) => unzipped.destroy(error));
  let header: EventsHeader | null = null;
  let isWhole = false;
  let page: { prices: PriceVersion[]; events: unknown[] } = { prices: [], events: [] };
  for await (const text of textLines(source.pipe(unzipped))) {
    const line = parseLine(text);
    if (line === null) break;
    if (header === null) {
      if ((line as Partial<EventsHeader>).format !== EVENTS_FORMAT) {
        throw new Error(`it is not in the format ${EVENTS_FORMAT}`);
      }
      header = line as unknown as EventsHeader;
    } else if ("price" in line) page.prices.push(line["price"] as PriceVersion);
    else if ("event" in line) page.events.push(line["event"]);
    else if (line["end"] === true) isWhole = true;
    if (page.events.length >= PAGE_SIZE) {
      yield { header, ...page };
      page = { prices: [], events: [] };
    }
  }
  if (header !== null && page.events.length > 0) yield { header, ...page };
  if (!isWhole) throw new Error("it ends in the middle");
}

/** Rejects as the source does; readline would wait for ever. */
async function* textLines(source: AsyncIterable<Uint8Array>): AsyncIterable<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of source) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
  if (rest !== "") yield rest;
}

const PAGE_SIZE = 1_000;

/** null: half a line, as at the end of a file that was cut. */
function parseLine(text: string): Record<string, unknown> | null {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return null;
  }
}
