import { setTimeout as sleep } from "node:timers/promises";
import type { WireEvent } from "@outlay/core";
import type { FileProgress } from "../importers/file-progress.ts";
import type { Recorded } from "../importers/import-logs.ts";
import type { ImportStore } from "../importers/import-store.ts";
import type { EventsAnswer, RecordAnswer } from "../ledger/answers.ts";
import { countUnmatched, telemetryFilters, type UnmatchedCalls } from "../ledger/told-elsewhere.ts";
import type { Api } from "./context.ts";
import { getJson, sendJson } from "./get-json.ts";
import { ApiProblem } from "./problem.ts";

/** A server as the place where imported calls go. */
export function serverImports(api: Api): ImportStore {
  return {
    where: api.where,
    destination(importer, machine) {
      const path = `/api/v1/imports/${encodeURIComponent(importer)}/${encodeURIComponent(machine)}`;
      return {
        record: (events) => persistently(() => record(api, events)),
        readProgress: async () => (await persistently(() => getJson<{ files: FileProgress[] }>(api, path))).files,
        keepProgress: async (files) => void (await persistently(() => sendJson(api, "PUT", path, { files }))),
      };
    },
    telemetryCalls: (tool, range) => countTelemetry(api, tool, range),
    rest: async () => {},
  };
}

/** null: the key may only add. */
async function countTelemetry(
  api: Api,
  tool: string,
  { startMs, endMs }: { startMs: number; endMs: number },
): Promise<UnmatchedCalls | null> {
  const [from, to] = [startMs, endMs].map((ms) => new Date(ms).toISOString());
  const question = { from, to, filter: telemetryFilters(tool), limit: 1_000 };
  try {
    return await countUnmatched((cursor) =>
      getJson<EventsAnswer>(api, "/api/v1/events", cursor === null ? question : { ...question, cursor }),
    );
  } catch (error) {
    if (error instanceof ApiProblem && [401, 403].includes(error.status)) return null;
    throw error;
  }
}

/** Waits before the same is sent again: a server that is started anew is missed for some seconds. */
const WAITS_MS = [500, 1_000, 2_000, 4_000];

/** Everything that is sent here may be sent twice. */
async function persistently<T>(ask: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      const waitMs = WAITS_MS[attempt];
      if (waitMs === undefined || !isPassing(error)) throw error;
      await sleep(waitMs);
    }
  }
}

/** Whether the same may go well in a moment: nobody answers, or a server that is starting, stopping or busy. */
function isPassing(error: unknown): boolean {
  if (error instanceof ApiProblem) return [429, 502, 503, 504].includes(error.status);
  // what fetch says of a connection that fails; also when it breaks off inside the answer
  return error instanceof TypeError && ["fetch failed", "terminated"].includes(error.message);
}

type RevisedAnswer = RecordAnswer & { revised: number; addedCostUsd?: number };

async function record(api: Api, events: WireEvent[]): Promise<Recorded> {
  const { accepted, duplicates, revised, rejected, addedCostUsd } = await send(api, events);
  const refused = rejected.map(({ index, field, reason }) => ({ index, reason: `${field}: ${reason}` }));
  return { recorded: accepted, known: duplicates, grown: revised, refused, costUsd: addedCostUsd ?? 0 };
}

/** When nothing of a batch is valid, the server answers with a problem that carries the same lists. */
async function send(api: Api, events: WireEvent[]): Promise<RevisedAnswer> {
  try {
    return await sendJson<RevisedAnswer>(api, "POST", "/api/v1/events?repeats=largest", { events });
  } catch (error) {
    if (error instanceof ApiProblem && Array.isArray(error.document["rejected"])) {
      return error.document as unknown as RevisedAnswer;
    }
    throw error;
  }
}
