import type { Storage } from "../storage/storage.ts";
import type { Balance } from "./provider-kind.ts";

/** Why something could not be fetched, for people; without keys. */
export interface SyncProblem {
  code: string;
  message: string;
  atMs: number;
}

/** How far one series of a connection has come. */
export interface SeriesState {
  /** Every day before this instant has been fetched at least once; null: none. */
  coveredToMs: number | null;
  /** Where a run that did not reach its end goes on. */
  resumeMs: number | null;
  /** The first day that was ever fetched. */
  firstMs: number | null;
  problem: SyncProblem | null;
  /** What people should know, such as that the provider keeps fewer days than were wanted. */
  note: string | null;
}

/** What became of a connection's runs. */
export interface SyncState {
  series: Record<string, SeriesState>;
  startedAtMs: number | null;
  endedAtMs: number | null;
  /** End of the last run without any problem. */
  goodAtMs: number | null;
  /** Of the last run as a whole. */
  problem: SyncProblem | null;
  /** Runs with a problem, one after the other until now. */
  failures: number;
  nextRunAtMs: number | null;
  /** Of the last run. */
  requests: number;
  rows: number;
  balance: (Balance & { atMs: number }) | null;
}

export const NEW_SERIES: SeriesState = { coveredToMs: null, resumeMs: null, firstMs: null, problem: null, note: null };

export const NEW_STATE: SyncState = {
  series: {},
  startedAtMs: null,
  endedAtMs: null,
  goodAtMs: null,
  problem: null,
  failures: 0,
  nextRunAtMs: null,
  requests: 0,
  rows: 0,
  balance: null,
};

const STATES = "sync-states";

export async function readStates(storage: Storage): Promise<Map<string, SyncState>> {
  const records = await storage.listRecords(STATES);
  return new Map(records.map(({ id, body }) => [id, { ...NEW_STATE, ...(body as SyncState) }]));
}

export async function keepState(storage: Storage, id: string, state: SyncState): Promise<void> {
  await storage.putRecords(STATES, [{ id, atMs: state.startedAtMs ?? 0, body: state }]);
}

export async function forgetState(storage: Storage, id: string): Promise<void> {
  await storage.deleteRecords(STATES, [id]);
}
