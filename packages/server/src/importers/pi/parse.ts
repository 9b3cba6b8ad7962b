import type { EventUsage, WireEvent } from "@outlay/core";
import { codingEvent } from "../coding-call.ts";
import { eventIdOfAnswer, eventIdOfContent } from "../event-id.ts";
import type { JsonValue, LineReading } from "../importer.ts";
import { providerOfCall } from "../provider-of-model.ts";
import { readInstant } from "../read-instant.ts";
import { amountOf, BadValue, countIn, fieldsOf, firstText, textOf, type Fields } from "../read-values.ts";
import { isAnyUsed, TOTAL_ONLY, usageOfParts, type TokenParts } from "../usage-of-parts.ts";

/** Lines without any of these say nothing of calls. */
export const MARKS = ['"usage"', '"session"', '"model_change"', '"model-snapshot"'];

/** A program whose sessions are written as pi writes them. */
export interface SessionWriter {
  /** For ids, and as agent and source of the events. */
  tool: string;
  activity: string;
  /** From the name of the file. */
  session: string;
  metadata?: Fields;
}

/** What the lines so far say of those that follow. */
interface Known {
  cwd: string | null;
  provider: string | null;
  model: string | null;
}

/** Reads the lines of one session in their order: some set the model for those after them. */
export class SessionReader {
  readonly #writer: SessionWriter;
  #known: Known;

  constructor(writer: SessionWriter, state: JsonValue | undefined) {
    this.#writer = writer;
    const { cwd, provider, model } = fieldsOf(state);
    this.#known = { cwd: textOf(cwd), provider: textOf(provider), model: textOf(model) };
  }

  state(): JsonValue {
    return { ...this.#known };
  }

  read(line: unknown): LineReading {
    const told = fieldsOf(line);
    if (told["type"] === "session") this.#known.cwd = textOf(told["cwd"]) ?? this.#known.cwd;
    if (told["type"] === "session" || isModelChange(told)) {
      this.#learnModel("data" in told ? fieldsOf(told["data"]) : told);
      return NO_CALL;
    }
    const message = fieldsOf(told["message"]);
    const isAnswer = message["role"] === "assistant" && (told["type"] === "message" || told["type"] === undefined);
    if (!isAnswer || typeof message["usage"] !== "object" || message["usage"] === null) return NO_CALL;
    try {
      return this.#readAnswer(told, message);
    } catch (error) {
      if (error instanceof BadValue) return { problem: error.message };
      throw error;
    }
  }

  #learnModel(from: Fields): void {
    const model = firstText(from, "modelId", "model");
    if (model === null) return;
    this.#known.model = model;
    this.#known.provider = textOf(from["provider"]);
  }

  #readAnswer(told: Fields, message: Fields): LineReading {
    const usage = fieldsOf(message["usage"]);
    const parts = partsOf(usage);
    if (!isAnyUsed(parts)) return (countIn(usage, "totalTokens") ?? 0) > 0 ? { leftOut: TOTAL_ONLY } : NO_CALL;
    const occurredAt = readInstant(message["timestamp"]) ?? readInstant(told["timestamp"]);
    if (occurredAt === null) return { problem: "timestamp is not an instant" };
    const own = firstText(message, "responseModel", "model", "modelId");
    const model = own ?? this.#known.model;
    if (model === null) return { problem: "no model is named, neither here nor before" };
    const provider = textOf(message["provider"]) ?? (own === null ? this.#known.provider : null);
    return { events: [this.#eventOf({ message, usage, parts, occurredAt, model, provider })] };
  }

  #eventOf({ message, usage, parts, occurredAt, model, provider }: Answer): WireEvent {
    const { tool, activity, session, metadata } = this.#writer;
    const answerId = textOf(message["responseId"]);
    const failed = message["stopReason"] === "error";
    const billed = providerOfCall(provider, model);
    const id =
      answerId === null
        ? eventIdOfContent(tool, occurredAt, model, parts)
        : eventIdOfAnswer(tool, answerId, occurredAt);
    const call = {
      tool,
      id,
      occurredAt,
      provider: billed,
      model,
      usage: usageOf(parts, usage),
      folder: this.#known.cwd,
      session,
      metadata: {
        ...metadata,
        responseId: answerId,
        // the door that was used, where it is not who bills
        toolProvider: provider === billed ? null : provider,
        toolCostUsd: amountOf(fieldsOf(usage["cost"])["total"]),
      },
    };
    return { ...codingEvent(call), activity, ...(failed ? { success: false, errorType: "error" } : {}) };
  }
}

const NO_CALL: LineReading = { events: [] };

interface Answer {
  message: Fields;
  usage: Fields;
  parts: TokenParts;
  occurredAt: number;
  model: string;
  provider: string | null;
}

/** pi writes `model_change`; OpenClaw also a snapshot of its own. */
function isModelChange(told: Fields): boolean {
  return told["type"] === "model_change" || (told["type"] === "custom" && told["customType"] === "model-snapshot");
}

function partsOf(usage: Fields): TokenParts {
  return {
    input: countIn(usage, "input"),
    cacheRead: countIn(usage, "cacheRead"),
    cacheWrite: countIn(usage, "cacheWrite"),
    cacheWrite1h: countIn(usage, "cacheWrite1h"),
    output: countIn(usage, "output"),
  };
}

/** Reasoning is inside the output here. */
function usageOf(parts: TokenParts, usage: Fields): EventUsage {
  const counted = usageOfParts(parts);
  const reasoning = countIn(usage, "reasoning");
  if (reasoning !== undefined && reasoning <= (counted.outputTokens ?? 0)) counted.reasoningTokens = reasoning;
  return counted;
}
