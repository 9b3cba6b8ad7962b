import type { WireEvent } from "@outlay/core";
import { codingEvent } from "../coding-call.ts";
import { eventIdOfAnswer, eventIdOfContent } from "../event-id.ts";
import type { LineReading } from "../importer.ts";
import { providerOfCall } from "../provider-of-model.ts";
import { readInstant } from "../read-instant.ts";
import { BadValue, countIn, fieldsOf, textOf, type Fields } from "../read-values.ts";
import { isAnyUsed, TOTAL_ONLY, usageOfParts, type TokenParts } from "../usage-of-parts.ts";
import { DEFAULT_MODEL } from "./settings.ts";

/** What the lines of one log have in common. */
export interface LogContext {
  session: string | null;
  project: string | null;
  subagent: string | null;
  /** Of the settings as they are now. */
  settingsModel: string | null;
}

/** One line of a wire log, of either generation: the call that it tells of, or why it tells of none. */
export function readLine(line: unknown, context: LogContext): LineReading {
  const told = fieldsOf(line);
  try {
    const call = told["type"] === "usage.record" ? newerCall(told) : olderCall(told);
    if (call === null) return NO_CALL;
    if (!isAnyUsed(call.parts)) return call.hasTotalOnly ? { leftOut: TOTAL_ONLY } : NO_CALL;
    if (call.occurredAt === null) return { problem: "the time is not an instant" };
    return { events: [eventOf({ ...call, occurredAt: call.occurredAt }, context)] };
  } catch (error) {
    if (error instanceof BadValue) return { problem: error.message };
    throw error;
  }
}

const NO_CALL: LineReading = { events: [] };

interface ToldCall {
  occurredAt: number | null;
  messageId: string | null;
  /** As the log names it. */
  model: string | null;
  parts: TokenParts;
  hasTotalOnly: boolean;
}

type DatedCall = ToldCall & { occurredAt: number };

/** `{"timestamp": seconds, "message": {"type": "StatusUpdate", "payload": {"token_usage": …, "message_id": …}}}` */
function olderCall(line: Fields): ToldCall | null {
  const message = fieldsOf(line["message"]);
  const payload = fieldsOf(message["payload"]);
  if (message["type"] !== "StatusUpdate" || typeof payload["token_usage"] !== "object") return null;
  const usage = fieldsOf(payload["token_usage"]);
  return {
    occurredAt: readInstant(line["timestamp"]),
    messageId: textOf(payload["message_id"]),
    model: textOf(payload["model"]),
    parts: {
      input: countIn(usage, "input_other"),
      cacheRead: countIn(usage, "input_cache_read"),
      cacheWrite: countIn(usage, "input_cache_creation"),
      output: countIn(usage, "output"),
    },
    hasTotalOnly: (countIn(usage, "total") ?? 0) > 0,
  };
}

/** `{"type": "usage.record", "time": milliseconds, "model": …, "usage": …}`: one for each answer, in a turn or beside it. */
function newerCall(line: Fields): ToldCall {
  const usage = fieldsOf(line["usage"]);
  return {
    occurredAt: readInstant(line["time"]),
    messageId: null,
    model: textOf(line["model"]),
    parts: {
      input: countIn(usage, "inputOther"),
      cacheRead: countIn(usage, "inputCacheRead"),
      cacheWrite: countIn(usage, "inputCacheCreation"),
      output: countIn(usage, "output"),
    },
    hasTotalOnly: (countIn(usage, "total") ?? 0) > 0,
  };
}

function eventOf(call: DatedCall, context: LogContext): WireEvent {
  const { settingsModel, session, project, subagent } = context;
  const named = call.model ?? settingsModel ?? DEFAULT_MODEL;
  const { provider, model } = servedBy(named);
  return codingEvent({
    tool: "kimi",
    id: idOf(call, context),
    occurredAt: call.occurredAt,
    provider,
    model,
    usage: usageOfParts(call.parts),
    folder: project,
    session,
    subagent,
    metadata: {
      messageId: call.messageId,
      // the log does not name it: that of the settings today, or else Kimi's own
      modelFrom: call.model !== null ? null : settingsModel !== null ? "settings" : "default",
    },
  });
}

/** Settings name a model `<provider>/<model>`; `kimi-code` is Moonshot's own plan. */
function servedBy(named: string): { provider: string; model: string } {
  const slash = named.indexOf("/");
  if (slash <= 0) return { provider: providerOfCall(null, named), model: named };
  const model = named.slice(slash + 1);
  const prefix = named.slice(0, slash);
  return { provider: prefix.startsWith("kimi") ? "moonshotai" : providerOfCall(prefix, model), model };
}

/** The same for the copies of a call in a fork of its session. */
function idOf({ messageId, occurredAt, model, parts }: DatedCall, { subagent }: LogContext): string {
  if (messageId === null) return eventIdOfContent("kimi", occurredAt, subagent, model, parts);
  return eventIdOfAnswer("kimi", messageId, occurredAt);
}
