import { parseInstant, type WireEvent } from "@outlay/core";
import { codingEvent } from "../coding-call.ts";
import { eventId } from "../event-id.ts";
import type { JsonValue } from "../importer.ts";
import { amountOf, BadValue, countIn, fieldsOf, firstText, knownOnly, textOf, type Fields } from "../read-values.ts";
import { usageOfParts, type TokenParts } from "../usage-of-parts.ts";
import { shareOf } from "./share.ts";

/** What a session's log has said, up to the run of Copilot that is going on. */
export interface SessionState {
  folder: string | null;
  branch: string | null;
  version: string | null;
  model: string | null;
  /** Runs so far. */
  run: number;
  startedAt: number | null;
  lastAt: number | null;
  /** Output of this run's messages, by model. */
  outputs: { [model: string]: number };
  /** Credits at this run's last checkpoint, in billionths. */
  nanoAiu: number;
  /** Of the two, what was told already when the run seemed to be over. */
  toldOutputs: { [model: string]: number };
  toldNanoAiu: number;
}

const RUN = { startedAt: null, lastAt: null, outputs: {}, nanoAiu: 0, toldOutputs: {}, toldNanoAiu: 0 };

export function sessionStateFrom(state: JsonValue | undefined): SessionState {
  const fresh = { folder: null, branch: null, version: null, model: null, run: 1, ...RUN };
  return { ...fresh, ...structuredClone(fieldsOf(state) as Partial<SessionState>) };
}

/** A run of Copilot in a session, which telemetry may have call by call. */
export interface ToldRun {
  fromMs: number;
  toMs: number;
  events: WireEvent[];
}

/** What a line says: of a run, or a problem. */
export type SessionReading = ToldRun | { problem: string } | null;

/** Reads one event of a session's log; `state` is moved on. */
export function readSessionLine(line: unknown, session: string, state: SessionState): SessionReading {
  const told = fieldsOf(line);
  const data = fieldsOf(told["data"]);
  const atMs = parseInstant(textOf(told["timestamp"]) ?? "");
  try {
    switch (told["type"]) {
      case "session.start":
      case "session.resume":
        return begin(data, atMs, session, state);
      case "session.model_change":
        state.model = firstText(data, "newModel", "model") ?? state.model;
        return null;
      case "assistant.message":
        addOutput(data, state);
        break;
      case "session.usage_checkpoint":
        state.nanoAiu = Math.max(state.nanoAiu, amountOf(data["totalNanoAiu"]) ?? 0);
        break;
      case "session.shutdown":
        return end(told, data, atMs, session, state);
      default:
        return null;
    }
    state.startedAt ??= atMs;
    state.lastAt = atMs ?? state.lastAt;
    return null;
  } catch (error) {
    if (error instanceof BadValue) return { problem: error.message };
    throw error;
  }
}

function addOutput(data: Fields, state: SessionState): void {
  const model = textOf(data["model"]) ?? state.model ?? "unknown";
  const output = countIn(data, "outputTokens") ?? 0;
  if (output > 0) state.outputs[model] = (state.outputs[model] ?? 0) + output;
}

/** A run that begins while another has not ended: that one crashed, or was thrown away by `/new`. */
function begin(data: Fields, atMs: number | null, session: string, state: SessionState): SessionReading {
  const unended = unendedRun(session, state);
  const context = fieldsOf(data["context"]);
  startRun(state, atMs);
  state.folder = firstText(context, "cwd") ?? firstText(data, "cwd") ?? state.folder;
  state.branch = textOf(context["branch"]) ?? state.branch;
  state.version = firstText(data, "copilotVersion", "version") ?? state.version;
  state.model = firstText(data, "selectedModel", "currentModel", "model") ?? state.model;
  return unended;
}

function startRun(state: SessionState, atMs: number | null): void {
  Object.assign(state, structuredClone(RUN), { startedAt: atMs, run: state.run + 1 });
}

/**
 * What is known of a run that did not say its totals: the output of its messages and the credits of its last checkpoint,
 * as far as they were not told before. Null: nothing.
 */
export function unendedRun(session: string, state: SessionState): ToldRun | null {
  const { lastAt, startedAt, run } = state;
  const nanoAiu = state.nanoAiu - state.toldNanoAiu;
  const open = Object.entries(state.outputs)
    .map(([model, output]) => ({ model, output: output - (state.toldOutputs[model] ?? 0) }))
    .filter(({ output }) => output > 0);
  if (lastAt === null || (open.length === 0 && nanoAiu <= 0)) return null;
  const calls = open.length > 0 ? open : [{ model: state.model ?? "unknown", output: 0 }];
  const already = Object.values(state.toldOutputs).reduce((sum, output) => sum + output, 0);
  const events = calls.map(({ model, output }, index) =>
    eventOf(state, {
      id: eventId("copilot-cli", `${session}:run ${run}:${model}:after ${already}`),
      session,
      occurredAt: lastAt,
      model,
      parts: { output },
      nanoAiu: index === 0 && nanoAiu > 0 ? nanoAiu : null,
      metadata: { partial: true },
    }),
  );
  state.toldOutputs = { ...state.outputs };
  state.toldNanoAiu = state.nanoAiu;
  return { fromMs: startedAt ?? lastAt, toMs: lastAt, events };
}

function end(told: Fields, data: Fields, atMs: number | null, session: string, state: SessionState): SessionReading {
  if (atMs === null) return { problem: "timestamp is not an instant" };
  const name = textOf(told["id"]) ?? `run ${state.run}`;
  const events = Object.entries(fieldsOf(data["modelMetrics"])).flatMap(([model, metrics]) =>
    eventsOfModel({ model: textOf(model) ?? "unknown", metrics: fieldsOf(metrics), name, atMs, session, state }),
  );
  const startedAt = state.startedAt ?? amountOf(data["sessionStartTime"]) ?? atMs;
  startRun(state, null);
  return events.length === 0 ? null : { fromMs: startedAt, toMs: atMs, events };
}

interface ModelTotals {
  model: string;
  metrics: Fields;
  name: string;
  atMs: number;
  session: string;
  state: SessionState;
}

/** More would be a burden; a run of so many requests comes in larger shares. */
const MOST_SHARES = 1_000;

/**
 * The totals of a run are shared out among its requests, because prices depend on the size of one request, not of all.
 * The input contains what was read from the cache and written to it: 71,282 with 35,495 and 35,783 leaves 4.
 */
function eventsOfModel({ model, metrics, name, atMs, session, state }: ModelTotals): WireEvent[] {
  const usage = fieldsOf(metrics["usage"]);
  const [read, write] = [countIn(usage, "cacheReadTokens") ?? 0, countIn(usage, "cacheWriteTokens") ?? 0];
  const reasoning = countIn(usage, "reasoningTokens") ?? 0;
  const input = (countIn(usage, "inputTokens") ?? 0) - read - write;
  const allOutput = countIn(usage, "outputTokens") ?? 0;
  if (input < 0) throw new BadValue("inputTokens is less than what was read from the cache and written to it");
  if (reasoning > allOutput) throw new BadValue("outputTokens is less than reasoningTokens");
  const toldOutput = Math.min(state.toldOutputs[model] ?? 0, allOutput - reasoning);
  const whole = { input, cacheRead: read, cacheWrite: write, output: allOutput - reasoning - toldOutput, reasoning };
  const nanoAiu = amountOf(metrics["totalNanoAiu"]);
  if (Object.values(whole).every((count) => count === 0) && !nanoAiu) return [];
  const requests = countIn(fieldsOf(metrics["requests"]), "count") ?? 1;
  const shares = Math.min(Math.max(requests, 1), MOST_SHARES);
  const openNanoAiu = nanoAiu === null ? null : notTold(Math.round(nanoAiu), state);
  return Array.from({ length: shares }, (_, index) =>
    eventOf(state, {
      id: eventId("copilot-cli", `${session}:${name}:${model}${shares === 1 ? "" : `:${index + 1}`}`),
      session,
      occurredAt: atMs,
      model,
      parts: sharesOf(whole, index, shares),
      nanoAiu: openNanoAiu === null ? null : shareOf(openNanoAiu, index, shares),
      metadata: { averagedOver: requests > 1 ? requests : null },
    }),
  );
}

/** Without the credits that were told when the run seemed to be over. */
function notTold(nanoAiu: number, state: SessionState): number {
  const told = Math.min(nanoAiu, state.toldNanoAiu);
  state.toldNanoAiu -= told;
  return nanoAiu - told;
}

function sharesOf(whole: Record<string, number>, index: number, shares: number): TokenParts {
  return Object.fromEntries(Object.entries(whole).map(([name, total]) => [name, shareOf(total, index, shares)]));
}

interface RunCall {
  id: string;
  session: string;
  occurredAt: number;
  model: string;
  parts: TokenParts;
  /** Null: not said. */
  nanoAiu: number | null;
  metadata: Fields;
}

function eventOf(state: SessionState, call: RunCall): WireEvent {
  const event = codingEvent({
    tool: "copilot-cli",
    id: call.id,
    occurredAt: call.occurredAt,
    provider: "github-copilot",
    model: call.model,
    usage: usageOfParts(call.parts),
    folder: state.folder,
    session: call.session,
    isCoveredByPlan: true,
    metadata: knownOnly({
      ...call.metadata,
      gitBranch: state.branch,
      version: state.version,
      aiCredits: call.nanoAiu === null ? null : call.nanoAiu / 1e9,
    }),
  });
  // 1,000,000,000 nano-AIU are a credit, which is a cent: 100 are a nano-dollar
  if (call.nanoAiu !== null) event.reportedCostUsd = Math.round(call.nanoAiu / 100) / 1e9;
  return event;
}
