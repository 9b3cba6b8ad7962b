import { basename, dirname } from "node:path";
import { codingEvent } from "../coding-call.ts";
import { eventId, eventIdOfContent } from "../event-id.ts";
import type { LineReading, LoadedPart, LogFile, Position } from "../importer.ts";
import { loadJsonLines } from "../load-json-lines.ts";
import { readSessionLine, sessionStateFrom, unendedRun, type SessionReading } from "./parse-session.ts";
import { isSessionLog, isSettled } from "./paths.ts";
import { indexOfTelemetry, isInTelemetry, TELEMETRY_MARKS, type TelemetryIndex } from "./telemetry-index.ts";
import { telemetryCallOf } from "./telemetry.ts";

/** Reads a file of telemetry, which has every call, or the log of a session, which has totals. */
export function load(file: LogFile, from: Position): AsyncGenerator<LoadedPart, void, undefined> {
  return isSessionLog(file.path) ? loadSession(file, from) : loadTelemetry(file, from);
}

async function* loadTelemetry(file: LogFile, from: Position): AsyncGenerator<LoadedPart, void, undefined> {
  const index = await indexOfTelemetry(file);
  yield* loadJsonLines(file, from, { marks: TELEMETRY_MARKS, read: (record) => readTelemetry(record, index) });
}

function readTelemetry(record: unknown, { bestRanks }: TelemetryIndex): LineReading {
  const call = telemetryCallOf(record);
  if (call === null || call.usage === null) return { events: [] };
  const { rank, trace, name, session, occurredAt, model, usage } = call;
  if (trace !== null && rank > (bestRanks.get(trace) ?? rank))
    return { leftOut: "records of calls that another tells" };
  if (occurredAt === null) return { problem: "the record has no instant" };
  if (model === null) return { problem: "gen_ai.response.model is missing" };
  const event = codingEvent({
    tool: "copilot-cli",
    id:
      name === null ? eventIdOfContent("copilot-cli", session, occurredAt, model, usage) : eventId("copilot-cli", name),
    occurredAt,
    provider: "github-copilot",
    model,
    requestedModel: call.requestedModel === model ? null : call.requestedModel,
    usage,
    session,
    isCoveredByPlan: true,
    metadata: { toolProvider: call.provider, agentName: call.agent, aggregated: SUMS[rank] },
  });
  if (trace !== null) event.trace = trace;
  if (call.durationMs !== null) event.durationMs = call.durationMs;
  return { events: [event] };
}

/** What a record of that rank adds up. */
const SUMS = [null, null, "turn", "agent"];

const SESSION_MARKS = ['"session.', '"assistant.message"'];

async function* loadSession(file: LogFile, from: Position): AsyncGenerator<LoadedPart, void, undefined> {
  const session = basename(dirname(file.path));
  const state = sessionStateFrom(from.state);
  // telemetry is asked of between the lines
  let told: SessionReading[] = [];
  const read = (line: unknown): LineReading => {
    const reading = readSessionLine(line, session, state);
    if (reading === null) return { events: [] };
    if ("problem" in reading) return reading;
    told.push(reading);
    return { leftOut: PLACEHOLDER };
  };
  let position = from;
  for await (const part of loadJsonLines(file, from, {
    marks: SESSION_MARKS,
    read,
    state: () => structuredClone({ ...state }),
  })) {
    const lines = await Promise.all(
      part.lines.map(async ({ line, reading }) => {
        const isTold = "leftOut" in reading && reading.leftOut === PLACEHOLDER;
        return { line, reading: isTold ? await unlessInTelemetry(told.shift()!, session) : reading };
      }),
    );
    told = [];
    position = part.position;
    yield { lines, position };
  }
  const unended = isSettled(file) ? unendedRun(session, state) : null;
  if (unended === null) return;
  const line = { line: position.line - 1, reading: await unlessInTelemetry(unended, session) };
  yield { lines: [line], position: { ...position, state: structuredClone({ ...state }) } };
}

const PLACEHOLDER = "a run";

/** Clocks of the two writers need not agree to the millisecond. */
const LEEWAY_MS = 60_000;

async function unlessInTelemetry(reading: SessionReading, session: string): Promise<LineReading> {
  if (reading === null) return { events: [] };
  if ("problem" in reading) return reading;
  const isKnown = await isInTelemetry(session, reading.fromMs - LEEWAY_MS, reading.toMs + LEEWAY_MS);
  return isKnown ? { leftOut: "runs whose calls are in the telemetry" } : { events: reading.events };
}
