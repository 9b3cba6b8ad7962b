import { InvalidInput } from "@outlay/core";
import type { DistinctQuestion, DistinctRow } from "../storage.ts";
import { Buckets } from "./buckets.ts";
import type { Names } from "./names.ts";
import { SEQS_OF_SESSION } from "./event-lookup.ts";
import { requireRaw, type ScanContext } from "./raw-scan.ts";
import { readState } from "./state.ts";
import { sumGroups } from "./sum.ts";

/** Counts values, not calls: the groups of the same question with one more dimension. */
export function countDistinct(context: ScanContext, names: Names, question: DistinctQuestion): DistinctRow[] {
  const plain = question.by.length === 0 && question.filters.length === 0;
  if (question.of === "session" && plain) return countSessions(context, question);
  const { of, by, ...rest } = question;
  const { groups } = sumGroups(context, names, { ...rest, by: [...by, of] });
  const counts = new Map<string, DistinctRow>();
  for (const slot of groups.nonEmpty()) {
    const key = groups.keyOf(slot);
    if (key.pop() === null) continue;
    const bucket = groups.bucketOf(slot);
    const name = JSON.stringify([bucket, key]);
    const row = counts.get(name);
    if (row) row.count++;
    else counts.set(name, { bucket, key, count: 1 });
  }
  return [...counts.values()];
}

/**
 * Sessions that have an event in each bucket. One that begins or ends in a bucket has; one that began before and
 * ends after may have been silent in between, and is looked up.
 */
function countSessions(context: ScanContext, question: DistinctQuestion): DistinctRow[] {
  const { database } = context;
  const buckets = new Buckets(question.startMs, question.endMs, question.bucketStartsMs);
  const { watermark } = readState(database);
  if (buckets.starts.length === 1) return countSessionsAtOnce(context, question, watermark);
  const fresh = freshSessions(context, watermark);
  const counts = new Map<number, number>();
  const probe = database.prepare(`SELECT at FROM events WHERE seq IN (${SEQS_OF_SESSION})`);
  let probed = 0;
  const seen = new Set<number>();
  const count = (id: number, firstMs: number, lastMs: number): void => {
    const found = new Set<number>();
    const add = (atMs: number): void => {
      const bucket = buckets.of(atMs);
      if (bucket >= 0) found.add(bucket);
    };
    add(firstMs);
    add(lastMs);
    if (mayBeInOthers(buckets, firstMs, lastMs)) {
      requireRaw(context, firstMs);
      for (const [atMs] of probe.iterate(id)) {
        if (++probed % CHECK_EVERY === 0) context.checkCancelled();
        if (question.scanLimit !== undefined && probed > question.scanLimit) throw tooMany(question.scanLimit);
        add(atMs as number);
      }
    }
    for (const atMs of fresh.get(id) ?? []) add(atMs);
    for (const bucket of found) counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
  };
  const rows = database.prepare("SELECT id, first_at, last_at FROM sessions WHERE last_at >= ?");
  for (const [id, firstMs, lastMs] of rows.iterate(question.startMs)) {
    seen.add(id as number);
    count(id as number, firstMs as number, lastMs as number);
  }
  const read = database.prepare("SELECT first_at, last_at FROM sessions WHERE id = ?");
  for (const [id, instants] of fresh) {
    if (seen.has(id)) continue;
    const row = read.get(id);
    const firstMs = row ? (row[0] as number) : (instants[0] as number);
    count(id, firstMs, row ? (row[1] as number) : firstMs);
  }
  return [...counts].map(([bucket, number]) => ({ bucket, key: [], count: number }));
}

/** Without buckets, indexes count; only sessions that span the whole range are looked up. */
function countSessionsAtOnce(context: ScanContext, question: DistinctQuestion, watermark: number): DistinctRow[] {
  const { database } = context;
  const { startMs, endMs } = question;
  const [ended] = database
    .prepare("SELECT count(*) FROM sessions WHERE last_at >= ? AND last_at < ?")
    .get(startMs, endMs) as [number];
  let count = ended;
  const probe = database.prepare(
    `SELECT 1 FROM events WHERE seq IN (${SEQS_OF_SESSION}) AND +at >= ? AND +at < ? LIMIT 1`,
  );
  const isIn = (atMs: number): boolean => atMs >= startMs && atMs < endMs;
  const later = database.prepare("SELECT id, first_at FROM sessions WHERE last_at >= ? AND first_at < ?");
  for (const [id, firstMs] of later.iterate(endMs, endMs) as Iterable<[number, number]>) {
    if (!isIn(firstMs)) requireRaw(context, firstMs);
    if (isIn(firstMs) || probe.get(id, startMs, endMs)) count++;
  }
  const known = database.prepare("SELECT first_at, last_at FROM sessions WHERE id = ?");
  for (const [id, instants] of freshSessions(context, watermark)) {
    if (!instants.some(isIn)) continue;
    const row = known.get(id) as [number, number] | undefined;
    const alreadyIn =
      row && (row.some(isIn) || (row[0] < startMs && row[1] >= endMs && probe.get(id, startMs, endMs) !== undefined));
    if (!alreadyIn) count++;
  }
  return count === 0 ? [] : [{ bucket: 0, key: [], count }];
}

/** Instants of the events behind the watermark, by session. */
function freshSessions(context: ScanContext, watermark: number): Map<number, number[]> {
  const fresh = new Map<number, number[]>();
  const rows = context.database.prepare("SELECT session, at FROM events WHERE seq > ? AND +session IS NOT NULL");
  for (const [session, atMs] of rows.iterate(watermark)) {
    const instants = fresh.get(session as number);
    if (instants) instants.push(atMs as number);
    else fresh.set(session as number, [atMs as number]);
  }
  return fresh;
}

/** Whether a bucket lies between the session's first and last event, other than those that hold them. */
function mayBeInOthers(buckets: Buckets, firstMs: number, lastMs: number): boolean {
  if (firstMs >= buckets.endMs || lastMs < buckets.startMs) return false;
  const first = buckets.of(firstMs);
  const last = buckets.of(lastMs);
  const from = first < 0 ? 0 : first + 1;
  const to = last < 0 ? buckets.starts.length - 1 : last - 1;
  return from <= to;
}

const CHECK_EVERY = 4_096;

function tooMany(limit: number): InvalidInput {
  return new InvalidInput(
    "scan_too_large",
    `counting these sessions has to read more than ${limit.toLocaleString("en")} single events; ask for a shorter period`,
  );
}
