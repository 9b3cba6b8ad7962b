import { codingEvent } from "../coding-call.ts";
import { eventId } from "../event-id.ts";
import type { LineReading } from "../importer.ts";
import type { Row } from "../load-sqlite.ts";
import { providerOfCall } from "../provider-of-model.ts";
import { readInstant } from "../read-instant.ts";
import { amountOf, BadValue, countIn, fieldsOf, textOf, type Fields } from "../read-values.ts";
import { isAnyUsed, TOTAL_ONLY, usageOfParts, type TokenParts } from "../usage-of-parts.ts";

/** What stands in the ledger of a session. */
export interface BookedTokens {
  input: number;
  output: number;
  total: number;
}

/** A row of `usage_ledger`: one call. */
export function readLedgerRow(row: Row, session: Row): LineReading {
  return reading(row, () => {
    const parts = partsOfLedger(row);
    if (!isAnyUsed(parts)) return { events: [] };
    const occurredAt = instantOf(row["created_timestamp"]);
    if (occurredAt === null) return { problem: `ledger row ${rowName(row)}: created_timestamp is not an instant` };
    const model = textOf(row["model"]) ?? modelOf(session);
    const cost = amountOf(row["cost"]);
    const isReported = String(row["cost_source"] ?? "").includes("reported");
    const event = codingEvent({
      tool: "goose",
      id: eventId("goose", `${sessionName(session)}:${rowName(row)}:${occurredAt}`),
      occurredAt,
      provider: providerOfCall(textOf(row["provider"]) ?? textOf(session["provider_name"]), model),
      model,
      usage: usageOfParts(parts),
      folder: textOf(session["working_dir"]),
      session: textOf(session["id"]),
      subagent: subagentOf(session),
      metadata: {
        toolCostUsd: isReported ? null : cost,
        costSource: textOf(row["cost_source"]),
        isCompaction: row["is_compaction"] === 1 ? true : null,
      },
    });
    return { events: [isReported && cost !== null ? { ...event, reportedCostUsd: cost } : event] };
  });
}

/** A row of `sessions`: what it has used until now, without what stands in the ledger. */
export function readSessionRow(row: Row, booked: BookedTokens): LineReading {
  return reading(row, () => {
    const told = totalsOf(row);
    const input = beyond(told.input, booked.input);
    const output = beyond(told.output, booked.output);
    const total = beyond(told.total, booked.total);
    const known = (input ?? 0) + (output ?? 0);
    if (known === 0) return (total ?? 0) > 0 && booked.total === 0 ? { leftOut: TOTAL_ONLY } : { events: [] };
    const occurredAt = instantOf(row["updated_at"]) ?? instantOf(row["created_at"]);
    if (occurredAt === null) return { problem: `session ${rowName(row)}: created_at is not an instant` };
    const model = modelOf(row);
    // what a total has beyond input and output is reasoning
    const reasoning = total !== undefined && total > known ? total - known : undefined;
    const event = codingEvent({
      tool: "goose",
      id: eventId("goose", sessionName(row)),
      occurredAt,
      provider: providerOfCall(textOf(row["provider_name"]), model),
      model,
      usage: usageOfParts({ input, output, reasoning }),
      folder: textOf(row["working_dir"]),
      session: textOf(row["id"]),
      subagent: subagentOf(row),
      metadata: { cumulative: true, isOfLastTurn: told.isOfLastTurn ? true : null },
    });
    return { events: [event] };
  });
}

function reading(row: Row, read: () => LineReading): LineReading {
  try {
    return read();
  } catch (error) {
    if (error instanceof BadValue) return { problem: `row ${rowName(row)}: ${error.message}` };
    throw error;
  }
}

function rowName(row: Row): string {
  return String(row["the rowid"] ?? row["id"]);
}

/** Ids of sessions are counted by the day (`20260601_1`), so that two machines have the same: the time tells them apart. */
function sessionName(session: Row): string {
  return `${String(session["id"])}:${instantOf(session["created_at"]) ?? ""}`;
}

function subagentOf(session: Row): true | null {
  return session["session_type"] === "sub_agent" || textOf(session["parent_session_id"]) !== null ? true : null;
}

function modelOf(session: Row): string {
  try {
    return textOf(fieldsOf(JSON.parse(String(session["model_config_json"] ?? "")))["model_name"]) ?? "unknown";
  } catch {
    return "unknown";
  }
}

/**
 * Providers differ in whether the input has the cached tokens inside; the total tells:
 *
 *   input 100, output 20, read 20, written 10, total 150 → beside
 *   input 130, output 20, read 20, written 10, total 150 → inside
 */
function partsOfLedger(row: Fields): TokenParts {
  const input = countIn(row, "input_tokens");
  const output = countIn(row, "output_tokens");
  const cacheRead = countIn(row, "cache_read_tokens");
  const cacheWrite = countIn(row, "cache_write_tokens");
  const cached = (cacheRead ?? 0) + (cacheWrite ?? 0);
  const beyondTokens = (countIn(row, "total_tokens") ?? 0) - (input ?? 0) - (output ?? 0);
  const isBeside = cached > (input ?? 0) || beyondTokens === cached;
  return { input: isBeside || input === undefined ? input : input - cached, cacheRead, cacheWrite, output };
}

/** `accumulated_…` is of the session; without it only the last turn is known. */
function totalsOf(row: Row): { input?: number; output?: number; total?: number; isOfLastTurn: boolean } {
  const told = (prefix: string) => ({
    input: countIn(row, `${prefix}input_tokens`),
    output: countIn(row, `${prefix}output_tokens`),
    total: countIn(row, `${prefix}total_tokens`),
  });
  const accumulated = told("accumulated_");
  const isOfLastTurn = Object.values(accumulated).every((count) => count === undefined);
  const { input, output, total } = isOfLastTurn ? told("") : accumulated;
  return {
    ...(input === undefined ? {} : { input }),
    ...(output === undefined ? {} : { output }),
    ...(total === undefined ? {} : { total }),
    isOfLastTurn,
  };
}

function beyond(count: number | undefined, booked: number): number | undefined {
  return count === undefined ? undefined : Math.max(0, count - booked);
}

/** Seconds or milliseconds since 1970, also as text, or SQLite's `2026-06-01 10:00:00` in UTC. */
function instantOf(value: unknown): number | null {
  if (typeof value !== "string") return readInstant(value);
  if (/^\d+$/.test(value)) return readInstant(Number(value));
  const day = /^\d{4}-\d\d-\d\d$/.test(value) ? `${value}T00:00:00` : value;
  return readInstant(day) ?? readInstant(`${day}Z`);
}
