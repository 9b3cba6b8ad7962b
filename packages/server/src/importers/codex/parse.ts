import { parseInstant } from "@outlay/core";
import { codingEvent } from "../coding-call.ts";
import { eventId } from "../event-id.ts";
import type { JsonValue, LineReading } from "../importer.ts";
import { providerOfCall } from "../provider-of-model.ts";
import { BadValue, fieldsOf, firstText, textOf, type Fields } from "../read-values.ts";
import { countersIn, differenceOf, isZero, keyOf, usageOf, type Counters } from "./counters.ts";
import { modelAt } from "./model.ts";
import type { SessionState } from "./state.ts";

/** What has to be known beside the lines. */
export interface FileContext {
  /** Cumulative counters of the parent's log; null when it is gone, or there is no parent. */
  parentKeys: ReadonlySet<string> | null;
  /** For lines that carry no time. */
  modifiedMs: number;
  /** From the file's name: logs of early versions do not say their session. */
  fileSession: string;
}

/** Reads one line after the other; `state` is moved on. */
export function readLine(line: unknown, state: SessionState, context: FileContext): LineReading {
  const told = fieldsOf(line);
  const payload = fieldsOf(told["payload"]);
  try {
    switch (told["type"]) {
      case "session_meta":
        meetSession(told, payload, state);
        return NO_CALL;
      case "turn_context":
        state.model = firstText(payload, "model") ?? state.model;
        state.serviceTier = textOf(payload["service_tier"]);
        state.folder ??= textOf(payload["cwd"]);
        return NO_CALL;
      case "token_usage_record":
        return readCounters(told, { total: payload["thread_token_usage"], last: payload["usage"] }, state, context);
      case "event_msg":
        return payload["type"] === "token_count" ? readTokenCount(told, payload, state, context) : NO_CALL;
      case "thread.started":
        state.session = textOf(told["thread_id"]) ?? state.session;
        return NO_CALL;
      default:
        return told["payload"] === undefined ? readPrinted(told, state, context) : NO_CALL;
    }
  } catch (error) {
    if (error instanceof BadValue) return { problem: error.message };
    throw error;
  }
}

const NO_CALL: LineReading = { events: [] };

/** Only the first is of this file: a fork goes on with its parent's, and that one with its own. */
function meetSession(told: Fields, meta: Fields, state: SessionState): void {
  if (state.session !== null) return;
  const spawn = fieldsOf(fieldsOf(fieldsOf(meta["source"])["subagent"])["thread_spawn"]);
  state.session = textOf(meta["id"]);
  state.parent = firstText(meta, "forked_from_id", "parent_thread_id") ?? textOf(spawn["parent_thread_id"]);
  state.subagent = subagentOf(meta, spawn);
  if (state.parent === state.session) state.parent = null;
  state.isReplay = isBranch(state);
  state.startedAt = instantOf(meta["timestamp"]) ?? instantOf(told["timestamp"]);
  state.folder = textOf(meta["cwd"]);
  state.branch = textOf(fieldsOf(meta["git"])["branch"]);
  state.version = textOf(meta["cli_version"]);
  state.provider = textOf(meta["model_provider"]);
}

function subagentOf(meta: Fields, spawn: Fields): string | true | null {
  const source = fieldsOf(meta["source"])["subagent"];
  const name = firstText(spawn, "agent_role", "agent_nickname") ?? textOf(source);
  return name ?? (source !== undefined || meta["thread_source"] === "subagent" ? true : null);
}

function readTokenCount(told: Fields, payload: Fields, state: SessionState, context: FileContext): LineReading {
  state.limits = limitsOf(payload["rate_limits"], instantOf(told["timestamp"])) ?? state.limits;
  const info = fieldsOf(payload["info"]);
  // builds of September 2025
  state.model ??= textOf(info["model"]);
  return readCounters(told, { total: info["total_token_usage"], last: info["last_token_usage"] }, state, context);
}

/**
 * A call when the session's counters went up: by how much they did. Where they fell, and at the start of a session that
 * goes on with another's counters, by what is said of the last answer alone.
 */
function readCounters(
  told: Fields,
  { total: toldTotal, last: toldLast }: { total: unknown; last: unknown },
  state: SessionState,
  context: FileContext,
): LineReading {
  if (typeof toldTotal !== "object" || toldTotal === null) return NO_CALL;
  const total = countersIn(fieldsOf(toldTotal));
  const last = typeof toldLast === "object" && toldLast !== null ? countersIn(fieldsOf(toldLast)) : null;
  const occurredAt = instantOf(told["timestamp"]);
  if (occurredAt === null) return { problem: "timestamp is not an instant" };
  const before = state.total;
  state.total = total;
  if (isReplayed(total, occurredAt, state, context))
    return { leftOut: "calls of the session that this one began with" };
  if (before !== null && keyOf(total) === keyOf(before)) return NO_CALL;
  const used = usedBy(total, last, before, state);
  if (isZero(used)) return NO_CALL;
  // after a fall the same counters can come again
  const name = state.falls === 0 ? keyOf(total) : `${keyOf(total)} after ${state.falls}`;
  const responseId = textOf(fieldsOf(told["payload"])["response_id"]);
  return { events: [eventOf(used, { occurredAt, name, responseId }, state, context)] };
}

function usedBy(total: Counters, last: Counters | null, before: Counters | null, state: SessionState): Counters {
  if (before === null) return isBranch(state) ? (last ?? total) : total;
  const difference = differenceOf(total, before);
  if (difference === null) state.falls += 1;
  return difference ?? last ?? total;
}

function isBranch({ parent, subagent }: SessionState): boolean {
  return parent !== null || subagent !== null;
}

/** A fork's replay is written at once: its lines follow each other, and the start, faster than any model answers. */
const BURST_MS = 1_000;

/** Does the line repeat one of the parent's? Once a line does not, none after it does. */
function isReplayed(total: Counters, occurredAt: number, state: SessionState, context: FileContext): boolean {
  if (!state.isReplay) return false;
  const { parentKeys } = context;
  state.isParentMissing = parentKeys === null;
  // older than the session: copied with its time
  const since = Math.max(state.replayedAt ?? 0, state.startedAt ?? 0);
  const isRepeated = parentKeys === null ? occurredAt - since < BURST_MS : parentKeys.has(keyOf(total));
  if (isRepeated) state.replayedAt = occurredAt;
  else state.isReplay = false;
  return isRepeated;
}

/** A line that `codex exec --json` printed, or that was kept of an answer of the API. */
function readPrinted(told: Fields, state: SessionState, context: FileContext): LineReading {
  const holder = [told, ...["data", "result", "response"].map((name) => fieldsOf(told[name]))].find(
    ({ usage }) => typeof usage === "object" && usage !== null,
  );
  if (holder === undefined) return NO_CALL;
  state.turns += 1;
  state.model = firstText(holder, "model") ?? firstText(told, "model") ?? state.model;
  const used = countersIn(fieldsOf(holder["usage"]));
  if (isZero(used)) return NO_CALL;
  const toldAt = instantOf(told["timestamp"] ?? told["created_at"] ?? holder["timestamp"] ?? holder["created_at"]);
  const id = firstText(holder, "id") ?? firstText(told, "id");
  const name = id ?? `turn ${state.turns} ${keyOf(used)}`;
  return {
    events: [
      eventOf(
        used,
        {
          occurredAt: toldAt ?? context.modifiedMs,
          name,
          timeFrom: toldAt === null ? "file" : null,
          isTurn: told["type"] === "turn.completed",
        },
        state,
        context,
      ),
    ],
  };
}

function eventOf(
  used: Counters,
  said: { occurredAt: number; name: string; responseId?: string | null; timeFrom?: "file" | null; isTurn?: boolean },
  state: SessionState,
  { fileSession }: FileContext,
) {
  const { occurredAt, name } = said;
  const session = state.session ?? fileSession;
  const { model, from } = modelAt(state.model, occurredAt);
  return codingEvent({
    tool: "codex",
    id: eventId("codex", `${session}:${name}`),
    occurredAt,
    provider: providerOfCall(state.provider ?? "openai", model),
    model,
    requestedModel: from === "date" ? state.model : null,
    usage: usageOf(used),
    folder: state.folder,
    session,
    subagent: state.subagent,
    serviceTier: state.serviceTier,
    isCoveredByPlan: typeof state.limits?.["plan"] === "string",
    metadata: {
      responseId: said.responseId ?? null,
      version: state.version,
      gitBranch: state.branch,
      parentSession: state.parent,
      modelFrom: from,
      timeFrom: said.timeFrom ?? null,
      aggregated: said.isTurn === true ? "turn" : null,
      replayAssumed: state.isParentMissing ? true : null,
      limits: state.limits,
    },
  });
}

/** `{ plan, primary: { usedPercent, minutes, resetsAt }, secondary }`, instants in milliseconds. */
function limitsOf(value: unknown, atMs: number | null): SessionState["limits"] {
  const told = fieldsOf(value);
  const limits: NonNullable<SessionState["limits"]> = {};
  const plan = textOf(told["plan_type"]);
  if (plan !== null) limits["plan"] = plan;
  for (const name of ["primary", "secondary"]) {
    const window = windowOf(fieldsOf(told[name]), atMs);
    if (window !== null) limits[name] = window;
  }
  return Object.keys(limits).length === 0 ? null : limits;
}

function windowOf(told: Fields, atMs: number | null): { [name: string]: JsonValue } | null {
  const usedPercent = finite(told["used_percent"]);
  if (usedPercent === null) return null;
  const resetsAt = finite(told["resets_at"]);
  const resetsIn = finite(told["resets_in_seconds"]);
  const resetsAtMs =
    resetsAt !== null ? resetsAt * 1_000 : atMs !== null && resetsIn !== null ? atMs + resetsIn * 1_000 : null;
  return { usedPercent, minutes: finite(told["window_minutes"]), resetsAtMs };
}

function finite(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : null;
}

/** An ISO instant; seconds or milliseconds since 1970. */
function instantOf(value: unknown): number | null {
  if (typeof value === "string") return parseInstant(value);
  if (typeof value !== "number" || !Number.isFinite(value) || value <= 0) return null;
  return Math.round(value < 1e11 ? value * 1_000 : value);
}
