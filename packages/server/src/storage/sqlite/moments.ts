import { InvalidInput } from "@outlay/core";
import { addMoment, newMomentsRow } from "../moments.ts";
import type { MomentsAnswer, MomentsQuestion, MomentsRow } from "../storage.ts";
import { Axes } from "./axes.ts";
import type { Extra } from "./batch-message.ts";
import type { SqlValue } from "./driver.ts";
import { type EventColumn, readFlags } from "./event-row.ts";
import type { Names } from "./names.ts";
import { type ScanContext, scanRaw } from "./raw-scan.ts";

const COLUMNS: EventColumn[] = ["flags", "cost", "attempt", "extra"];

/** Reads every matching event once and keeps a few numbers of each group. */
export function readMoments(context: ScanContext, names: Names, question: MomentsQuestion): MomentsAnswer {
  const { startMs, endMs, scanLimit } = question;
  const axes = new Axes(names);
  const by = question.by.map((dimension) => axes.of(dimension));
  const filters = question.filters.map((filter) => axes.filter(filter));
  const rows = new Map<string, MomentsRow>();
  let scannedEvents = 0;
  const columns = [...COLUMNS, ...by.flatMap((axis) => axis.columns)];
  scanRaw(context, { fromMs: startMs, toMs: endMs, filters, columns }, (row, at) => {
    scannedEvents += 1;
    if (scannedEvents > scanLimit) throw tooMany(scanLimit);
    const groups = by.map((axis) => axis.groupOf(axis.valueOf(row, at)));
    const place = groups.join();
    let found = rows.get(place);
    if (found === undefined) {
      found = newMomentsRow(by.map((axis, index) => axis.nameOf(groups[index]!)));
      rows.set(place, found);
    }
    const { success } = readFlags(row[at.flags] as number);
    found.calls += 1;
    if (success) found.successes += 1;
    if (((row[at.attempt] as number | null) ?? 0) > 1) found.retries += 1;
    addCost(found, row[at.cost] as number | null, success);
    const score = scoreIn(row[at.extra]!);
    if (score !== undefined) addMoment(found.score, score);
  });
  return { rows: [...rows.values()], scannedEvents };
}

function addCost(row: MomentsRow, costNanoUsd: number | null, success: boolean): void {
  if (costNanoUsd === null) return;
  addMoment(row.cost, costNanoUsd);
  row.costNanoUsd += BigInt(costNanoUsd);
  if (success) addMoment(row.costOfSuccesses, costNanoUsd);
}

/** Most events have no score, and their metadata need not be read for that. */
function scoreIn(extra: SqlValue): number | undefined {
  if (typeof extra !== "string" || !extra.includes('"score"')) return undefined;
  return (JSON.parse(extra) as Extra).score;
}

function tooMany(limit: number): InvalidInput {
  return new InvalidInput(
    "scan_too_large",
    `this question has to read more than ${limit.toLocaleString("en")} single events; ask for a shorter period, or filter`,
  );
}
