import { InvalidInput, MAX_COUNT, type WireEvent } from "@outlay/core";
import {
  billedAs,
  cleanMessage,
  cleanTags,
  cleanText,
  costOfDetails,
  providerOfModel,
  usageOfDetails,
} from "@outlay/providers";

/** What one item of a batch says; what was not said is absent. Of prompts and answers only the length is read. */
export type LangfuseItem =
  | { about: "trace"; facts: TraceFacts }
  | { about: "observation"; facts: ObservationFacts }
  | { about: "score"; traceId: string | null; observationId: string | null; value: number }
  /** Taken, but no matter of usage: logs of the SDK, runs of datasets, scores in words. */
  | { about: "nothing" };

/** What all calls of a trace have in common. */
export interface TraceFacts {
  id: string;
  event: Pick<WireEvent, "user" | "session" | "agent" | "environment" | "tags" | "score">;
}

export interface ObservationFacts {
  id: string;
  traceId?: string;
  parentId?: string;
  /** `call`: one call to a model; `other`: a step that may restate what calls below it used. */
  kind: "call" | "other";
  /** When its client said this: stands for the start while that is not known. */
  heardMs: number;
  startMs?: number;
  endMs?: number;
  firstTokenMs?: number;
  /** How much text was sent and came back: to estimate from when nobody says the tokens. */
  promptCharacters?: number;
  producedCharacters?: number;
  /** What it says of its event. */
  event: Partial<WireEvent>;
}

type Fields = Record<string, unknown>;

/**
 * Reads one item of a batch for Langfuse's ingestion. Throws InvalidInput for what is no item, in words that its sender
 * can mend it by. https://api.reference.langfuse.com/#tag/ingestion
 */
export function readLangfuseItem(raw: unknown, nowMs: number): LangfuseItem {
  const item = objectOf(raw, "item");
  const type = textOf(item, "type") ?? missing("type");
  const itemId = textOf(item, "id") ?? missing("id");
  const sentMs = timeOf(item, "timestamp");
  if (type === "sdk-log" || type === "dataset-run-item-create") return { about: "nothing" };
  const body = objectOf(item["body"], "body");
  if (type === "trace-create") return { about: "trace", facts: readTrace(body, itemId) };
  if (type === "score-create") return readScore(body);
  const [, kind] = /^([a-z]+)-(?:create|update)$/.exec(type) ?? [];
  if (kind === undefined || (!KINDS.has(kind) && kind !== "observation")) {
    throw invalid("unknown_kind", "type", `${type.slice(0, 100)} is no type of item`);
  }
  const facts = readObservation(body, itemId, kind === "observation" ? (textOf(body, "type") ?? "span") : kind);
  return { about: "observation", facts: { ...facts, heardMs: sentMs ?? nowMs } };
}

const CALLS = new Set(["generation", "embedding"]);
const KINDS = new Set([...CALLS, "span", "event", "agent", "tool", "chain", "retriever", "evaluator", "guardrail"]);

function readTrace(body: Fields, itemId: string): TraceFacts {
  const facts: TraceFacts = { id: textOf(body, "id") ?? itemId, event: {} };
  const { event } = facts;
  set(event, "user", clean(textOf(body, "userId")));
  set(event, "session", clean(textOf(body, "sessionId")));
  set(event, "agent", clean(textOf(body, "name")));
  set(event, "environment", environmentOf(body));
  const tags = cleanTags([...tagPairs(body["metadata"], body["tags"]), ...versionTags(body)]);
  if (Object.keys(tags).length > 0) event.tags = tags;
  return facts;
}

function readScore(body: Fields): LangfuseItem {
  const said = body["value"];
  const value = typeof said === "boolean" ? Number(said) : said;
  if (value === undefined || value === null) return missing("body.value");
  if (typeof value !== "number" || !Number.isFinite(value)) return { about: "nothing" };
  const [traceId, observationId] = [textOf(body, "traceId"), textOf(body, "observationId")];
  return { about: "score", traceId: traceId ?? null, observationId: observationId ?? null, value };
}

function readObservation(body: Fields, itemId: string, kind: string): Omit<ObservationFacts, "heardMs"> {
  const name = kind.toLowerCase();
  const facts: Omit<ObservationFacts, "heardMs"> = {
    id: textOf(body, "id") ?? itemId,
    kind: CALLS.has(name) ? "call" : "other",
    event: {},
  };
  const { event } = facts;
  set(facts, "traceId", textOf(body, "traceId"));
  set(facts, "parentId", textOf(body, "parentObservationId"));
  set(facts, "startMs", timeOf(body, "startTime"));
  set(facts, "endMs", timeOf(body, "endTime"));
  set(facts, "firstTokenMs", timeOf(body, "completionStartTime"));
  if (facts.kind === "call") {
    set(facts, "promptCharacters", charactersOf(body["input"]));
    set(facts, "producedCharacters", charactersOf(body["output"]));
  }
  if (name === "embedding") event.operation = "embedding";
  set(event, "activity", clean(textOf(body, "name")));
  set(event, "environment", environmentOf(body));
  const tags = cleanTags(versionTags(body));
  if (Object.keys(tags).length > 0) event.tags = tags;
  readModel(body, event);
  readUsage(body, event);
  readOutcome(body, event);
  return facts;
}

function readModel(body: Fields, event: Partial<WireEvent>): void {
  const model = clean(textOf(body, "model"));
  if (model === undefined) return;
  event.model = model;
  // LangChain's handler says who was asked; a router's or proxy's name stands in front of the model.
  const said = fieldsOf(body["metadata"])["ls_provider"];
  const [, front] = /^([\w.-]+)\//.exec(model) ?? [];
  event.provider =
    (typeof said === "string" ? billedAs(said) : null) ??
    providerOfModel(model) ??
    (front === undefined || front === "models" ? null : billedAs(front)) ??
    "unknown";
}

function readUsage(body: Fields, event: Partial<WireEvent>): void {
  const usage = countsOf(body, "usage");
  const details = countsOf(body, "usageDetails");
  const unit = typeof usage?.["unit"] === "string" ? usage["unit"].toUpperCase() : "TOKENS";
  const counts = Object.keys(details ?? {}).length > 0 ? details : usage;
  if (counts !== undefined) {
    const read = unit === "TOKENS" || counts === details ? usageOfDetails(counts) : usageInUnit(counts, unit);
    if (read !== null) event.usage = read;
  }
  const cost = costOfDetails(countsOf(body, "costDetails") ?? {}) ?? costInUsage(usage ?? {}) ?? body["totalCost"];
  if (typeof cost === "number" && cost >= 0) event.reportedCostUsd = cost;
}

function costInUsage({ totalCost, inputCost, outputCost }: Fields): number | undefined {
  if (typeof totalCost === "number") return totalCost;
  if (typeof inputCost !== "number" && typeof outputCost !== "number") return undefined;
  return Number(inputCost ?? 0) + Number(outputCost ?? 0);
}

/** Counts of something other than tokens, as older clients say them. Null: of something that has no meter. */
function usageInUnit({ input, output, total }: Fields, unit: string): WireEvent["usage"] | null {
  const known = [input, output].filter((value) => typeof value === "number");
  const amount = typeof total === "number" ? total : known.length === 0 ? null : known.reduce((sum, n) => sum + n, 0);
  if (amount === null) return null;
  if (unit === "CHARACTERS") return { characters: amount };
  if (unit === "SECONDS") return { audioSeconds: amount };
  if (unit === "MILLISECONDS") return { audioSeconds: amount / 1_000 };
  if (unit === "IMAGES") return { images: amount };
  return unit === "REQUESTS" ? { requests: amount } : null;
}

function readOutcome(body: Fields, event: Partial<WireEvent>): void {
  const level = textOf(body, "level");
  if (level === undefined) return;
  event.success = level.toUpperCase() !== "ERROR";
  if (event.success) return;
  event.errorType = "error";
  const message = textOf(body, "statusMessage");
  set(event, "errorMessage", message === undefined ? undefined : (cleanMessage(message) ?? undefined));
}

/** Metadata's plain values, and words of which each is a tag: `team:blue` is one with a value. */
function tagPairs(metadata: unknown, words: unknown): [string, string][] {
  const ofMetadata = Object.entries(fieldsOf(metadata)).flatMap(([key, value]): [string, string][] =>
    ["string", "number", "boolean"].includes(typeof value) ? [[key, String(value)]] : [],
  );
  const ofWords = (Array.isArray(words) ? words : []).flatMap((word): [string, string][] => {
    if (typeof word !== "string") return [];
    const [, key = word, value = "true"] = /^([^:,]+):(.+)$/.exec(word) ?? [];
    return [[key, value]];
  });
  return [...ofMetadata, ...ofWords];
}

function versionTags(body: Fields): [string, string][] {
  return ["release", "version"].flatMap((name): [string, string][] => {
    const value = textOf(body, name);
    return value === undefined ? [] : [[name, value]];
  });
}

/** How much text there is in messages of any form, without pictures and sounds; undefined when nothing was said. */
function charactersOf(value: unknown): number | undefined {
  return value === undefined || value === null ? undefined : textLength(value);
}

function textLength(value: unknown): number {
  if (typeof value === "string") return value.startsWith("data:") || MEDIA.test(value) ? 0 : value.length;
  if (typeof value !== "object" || value === null) return 0;
  let length = 0;
  for (const [name, inner] of Object.entries(value)) if (!NO_TEXT.has(name)) length += textLength(inner);
  return length;
}

/** What Langfuse's clients put in place of a picture. */
const MEDIA = /^@@@langfuseMedia:/;
const NO_TEXT = new Set(["role", "type", "id", "tool_call_id", "image_url", "input_audio"]);

/** `default` is what Langfuse's clients say when nobody chose one. */
function environmentOf(body: Fields): string | undefined {
  const environment = clean(textOf(body, "environment"));
  return environment === "default" ? undefined : environment;
}

/** An object of counts; numbers in it are from 0 up. */
function countsOf(body: Fields, name: string): Fields | undefined {
  if (body[name] === undefined || body[name] === null) return undefined;
  const counts = objectOf(body[name], `body.${name}`);
  for (const [key, value] of Object.entries(counts)) {
    if (typeof value !== "number" || (value >= 0 && value <= MAX_COUNT)) continue;
    const expected = `is ${value}; expected a number from 0 to ${MAX_COUNT}`;
    throw invalid("out_of_range", `body.${name}.${key.slice(0, 100)}`, expected);
  }
  return counts;
}

function timeOf(body: Fields, name: string): number | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  // Without a zone Langfuse's clients mean UTC.
  const text = typeof value === "string" ? value : "";
  const ms = Date.parse(/T[\d:.]+$/.test(text) ? `${text}Z` : text);
  if (Number.isNaN(ms)) throw invalid("unreadable_time", name, "is no ISO 8601 instant");
  return ms;
}

function textOf(body: Fields, name: string): string | undefined {
  const value = body[name];
  if (value === undefined || value === null || value === "") return undefined;
  if (typeof value !== "string") throw invalid("wrong_type", name, `is a ${typeof value}; expected text`);
  return value;
}

const clean = (text: string | undefined): string | undefined =>
  text === undefined ? undefined : (cleanText(text) ?? undefined);

function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

function objectOf(value: unknown, name: string): Fields {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
  throw invalid("wrong_type", name, "is no object");
}

function set<T, Name extends keyof T>(target: T, name: Name, value: T[Name] | undefined): void {
  if (value !== undefined) target[name] = value;
}

function missing(field: string): never {
  throw invalid("missing_field", field, "is missing");
}

function invalid(code: string, field: string, what: string): InvalidInput {
  return new InvalidInput(code, `${field} ${what}`, { field });
}
