import type { LogFile } from "../importer.ts";
import { loadJsonLines } from "../load-json-lines.ts";
import { telemetryCallOf, type TelemetryCall } from "./telemetry.ts";

/** What a file of telemetry tells, before its calls are told one by one. */
export interface TelemetryIndex {
  /** The best kind of record in each trace; the others repeat its calls, or sum them up. */
  bestRanks: Map<string, TelemetryCall["rank"]>;
  /** When each session made calls. */
  times: Map<string, number[]>;
}

/** Stands in every record with counts. */
export const TELEMETRY_MARKS = ['"gen_ai.usage.'];

export async function indexOfTelemetry(file: LogFile): Promise<TelemetryIndex> {
  const version = `${file.sizeBytes} ${file.modifiedMs}`;
  const known = KEPT.get(file.path);
  if (known?.index != null && known.version === version) return known.index;
  const index: TelemetryIndex = { bestRanks: new Map(), times: new Map() };
  const read = (record: unknown) => {
    const call = telemetryCallOf(record);
    if (call !== null && call.usage !== null) add(index, call);
    return { events: [] };
  };
  const parts = loadJsonLines(file, { offsetBytes: 0, line: 1 }, { marks: TELEMETRY_MARKS, read });
  while ((await parts.next()).done !== true);
  KEPT.set(file.path, { file, version, index });
  return index;
}

function add({ bestRanks, times }: TelemetryIndex, { trace, rank, session, occurredAt }: TelemetryCall): void {
  if (trace !== null) bestRanks.set(trace, Math.min(bestRanks.get(trace) ?? rank, rank) as TelemetryCall["rank"]);
  if (session === null || occurredAt === null) return;
  const known = times.get(session);
  if (known === undefined) times.set(session, [occurredAt]);
  else known.push(occurredAt);
}

/** Whether telemetry has calls of a session between two instants, both included. */
export async function isInTelemetry(session: string, fromMs: number, toMs: number): Promise<boolean> {
  for (const { file } of KEPT.values()) {
    const times = (await indexOfTelemetry(file)).times.get(session) ?? [];
    if (times.some((time) => time >= fromMs && time <= toMs)) return true;
  }
  return false;
}

/** Files that were found, so that the logs of sessions can be compared with them; where they lie is set by a variable. */
const KEPT = new Map<string, { file: LogFile; version: string; index: TelemetryIndex | null }>();

export function rememberTelemetry(file: LogFile): void {
  const known = KEPT.get(file.path);
  KEPT.set(file.path, { file, version: known?.version ?? "", index: known?.index ?? null });
}
