import type { WireEvent } from "@outlay/core";
import { codingEvent } from "../coding-call.ts";
import { eventId } from "../event-id.ts";
import type { LineReading } from "../importer.ts";
import type { Row } from "../load-sqlite.ts";
import { providerOfCall } from "../provider-of-model.ts";
import { readInstant } from "../read-instant.ts";
import { amountOf, BadValue, countIn, textOf } from "../read-values.ts";
import { isAnyUsed, usageOfParts, type TokenParts } from "../usage-of-parts.ts";

const COUNTERS = [
  "input_tokens",
  "output_tokens",
  "cache_read_tokens",
  "cache_write_tokens",
  "reasoning_tokens",
] as const;
const COSTS = ["estimated_cost_usd", "actual_cost_usd"] as const;

/** What a session has used until now, by model. `byModel`: where the database splits it. */
export function readSession(session: Row, context: { profile: string | null; byModel: Row[] }): LineReading[] {
  try {
    const startedAt = readInstant(session["started_at"]);
    if (startedAt === null) return [{ problem: `session ${nameOf(session)}: started_at is not an instant` }];
    const main = textOf(session["model"]);
    const split = context.byModel.map((row) => ({ ...session, ...row, isMain: row["model"] === main }));
    const whole = main === null && split.length > 0 ? [] : [withRest(session, split)];
    const told = [...whole, ...split.filter(({ isMain }) => !isMain)];
    const events = told.flatMap((row) => eventOf(row, session, { startedAt, profile: context.profile }) ?? []);
    return events.length === 0 ? [] : [{ events }];
  } catch (error) {
    if (error instanceof BadValue) return [{ problem: `session ${nameOf(session)}: ${error.message}` }];
    throw error;
  }
}

/**
 * The session's own model has what the split says, or what the session has beyond its other models, whichever is more:
 * a session that began before there was a split is told in full only by the session itself.
 */
function withRest(session: Row, split: (Row & { isMain: boolean })[]): Row {
  const own = split.find(({ isMain }) => isMain);
  const others = split.filter(({ isMain }) => !isMain);
  const row: Row = { ...session, ...own };
  const isWhole = own === undefined;
  for (const name of COUNTERS) {
    const beyond = (countIn(session, name) ?? 0) - others.reduce((sum, other) => sum + (countIn(other, name) ?? 0), 0);
    const known = isWhole ? undefined : countIn(own, name);
    row[name] = Math.max(0, beyond, known ?? 0);
  }
  for (const name of COSTS) {
    const ofOthers = others.reduce((sum, other) => sum + (amountOf(other[name]) ?? 0), 0);
    const whole = amountOf(session[name]);
    const known = isWhole ? null : amountOf(own[name]);
    row[name] = whole === null && known === null ? null : Math.max(0, (whole ?? 0) - ofOthers, known ?? 0);
  }
  return row;
}

function eventOf(
  row: Row,
  session: Row,
  { startedAt, profile }: { startedAt: number; profile: string | null },
): WireEvent | null {
  const parts = partsOf(row);
  const actual = amountOf(row["actual_cost_usd"]);
  const estimated = amountOf(row["estimated_cost_usd"]);
  if (!isAnyUsed(parts) && (actual ?? 0) === 0) return null;
  const model = textOf(row["model"]) ?? "unknown";
  const provider = textOf(row["billing_provider"]);
  const event = codingEvent({
    tool: "hermes",
    id: eventId("hermes", `${nameOf(session)}:${model}`),
    occurredAt: readInstant(row["last_seen"]) ?? readInstant(session["ended_at"]) ?? startedAt,
    provider: providerOfCall(provider, model),
    model,
    usage: withReasoning(parts, countIn(row, "reasoning_tokens")),
    session: textOf(session["id"]),
    subagent: null,
    isCoveredByPlan: /subscription|plan|included/i.test(String(row["billing_mode"] ?? "")),
    metadata: {
      cumulative: true,
      profile,
      channel: textOf(session["source"]),
      parentSession: textOf(session["parent_session_id"]),
      toolProvider: provider,
      toolCostUsd: estimated,
    },
  });
  // zero: paid by a plan, or not known yet
  return { ...event, activity: "assistant", ...(actual !== null && actual > 0 ? { reportedCostUsd: actual } : {}) };
}

/** Cached tokens stand beside the input. */
function partsOf(row: Row): TokenParts {
  return {
    input: countIn(row, "input_tokens"),
    cacheRead: countIn(row, "cache_read_tokens"),
    cacheWrite: countIn(row, "cache_write_tokens"),
    output: countIn(row, "output_tokens"),
  };
}

/** Reasoning is a part of the output; where it is more than that, it stands beside it. */
function withReasoning(parts: TokenParts, reasoning: number | undefined) {
  const isInside = reasoning === undefined || reasoning <= (parts.output ?? 0);
  if (!isInside) return usageOfParts({ ...parts, reasoning });
  const usage = usageOfParts(parts);
  return reasoning === undefined ? usage : { ...usage, reasoningTokens: reasoning };
}

function nameOf(session: Row): string {
  return textOf(String(session["id"])) ?? "";
}
