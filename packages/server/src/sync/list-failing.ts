import type { Storage } from "../storage/storage.ts";
import { CONNECTIONS } from "./connection-book.ts";
import type { Connection } from "./connection.ts";
import { readStates, type SyncProblem } from "./sync-state.ts";

/** A connection whose last runs had a problem. */
export interface FailingConnection {
  id: string;
  name: string;
  problem: SyncProblem;
  failures: number;
  /** End of the last run without one; when it was made, if there was none. */
  goodAtMs: number;
}

/** Connections that are asked by themselves and fail. */
export async function listFailing(storage: Storage): Promise<FailingConnection[]> {
  const [connections, states] = await Promise.all([storage.listRecords(CONNECTIONS), readStates(storage)]);
  return connections.flatMap(({ id, body }) => {
    const { name, enabled, createdAtMs } = body as Connection;
    const state = states.get(id);
    if (!enabled || state === undefined || state.problem === null) return [];
    return [{ id, name, problem: state.problem, failures: state.failures, goodAtMs: state.goodAtMs ?? createdAtMs }];
  });
}
