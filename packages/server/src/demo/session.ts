import type { WireUsage } from "@outlay/core";
import type { Cast } from "./cast.ts";
import type { CallDetails, DayOfCalls } from "./day-of-calls.ts";
import type { ModelProfile, Task } from "./organisation.ts";
import { weightedPicker } from "./random.ts";
import type { Random } from "./random.ts";
import { pickHour } from "./rhythm.ts";

/** What stays the same from call to call of one session. */
interface Session {
  task: Task;
  id: string;
  agent: string;
  user: string | undefined;
  customer: string | undefined;
  environment: string;
  trace: string | undefined;
  tags: Record<string, string> | undefined;
  variant: string | undefined;
}

const hourMs = 3_600_000;
const dayMs = 86_400_000;

/** Adds one session to the day: a few calls that follow each other, failures with their retries included. */
export function addSession(day: DayOfCalls, cast: Cast, random: Random): void {
  const task = cast.task(random);
  const session = openSession(task, day, cast, random);
  const model = cast.model(task, random);
  const calls = random.between(task.calls[0], task.calls[1]);
  const startMs = pickHour[task.rhythm](random) * hourMs + random.between(0, hourMs - 1);
  let offsetMs = Math.floor((startMs / dayMs) * day.lengthMs);
  for (let turn = 0; turn < calls && offsetMs < day.lengthMs && !day.isFull; turn++) {
    offsetMs = addCall({ day, cast, random, session, model, turn }, offsetMs);
    offsetMs += pauseMs(task, random);
  }
}

interface Turn {
  day: DayOfCalls;
  cast: Cast;
  random: Random;
  session: Session;
  model: ModelProfile;
  /** 0 is the session's first call. */
  turn: number;
}

/** Adds a call and, when it fails in a way that another try may mend, its retries. Returns when the last one ended. */
function addCall(at: Turn, startOffsetMs: number): number {
  const { day, cast, random, session, model } = at;
  const usage = drawUsage(session.task, model, at.turn, random);
  let offsetMs = startOffsetMs;
  for (let attempt = 1; attempt <= 3 && offsetMs < day.lengthMs; attempt++) {
    const failureRate = model.failureRate * cast.failureFactor(model.provider, Math.floor(offsetMs / hourMs));
    const errorType = random.chance(failureRate) ? pickError(random) : null;
    const details = errorType === null ? succeeded(at, usage, attempt) : failed(at, usage, attempt, errorType);
    day.add(offsetMs, details);
    offsetMs += Math.ceil(details.durationMs ?? 0);
    if (errorType === null || !RETRYABLE.has(errorType)) break;
    offsetMs += Math.ceil(random.around(1_200 * 2 ** attempt));
  }
  return offsetMs;
}

function succeeded({ session, model, random }: Turn, usage: WireUsage, attempt: number): CallDetails {
  const { task } = session;
  const cacheHit = task.byPeople === true && task.operation === "chat" && random.chance(0.02);
  const outputTokens = usage.outputTokens ?? 0;
  const firstMs = cacheHit ? 6 : random.around(model.firstTokenMs) * (1 + (usage.inputTokens ?? 0) / 60_000);
  const restMs = cacheHit || model.tokensPerSecond === 0 ? 0 : (outputTokens / model.tokensPerSecond) * 1_000;
  const durationMs = Math.round(firstMs + restMs * (0.85 + 0.3 * random.next()));
  const score =
    task.scoredShare !== undefined && random.chance(task.scoredShare) ? drawScore(session, random) : undefined;
  return {
    ...attribution(session, model),
    usage,
    reportedCostUsd: model.reported === undefined || cacheHit ? undefined : reportedCostUsd(model.reported, usage),
    durationMs,
    timeToFirstTokenMs: task.streaming === true ? Math.round(firstMs) : undefined,
    success: true,
    errorType: undefined,
    errorMessage: undefined,
    attempt,
    score,
    cacheHit: cacheHit ? true : undefined,
  };
}

function failed(
  { session, model, random }: Turn,
  usage: WireUsage,
  attempt: number,
  errorType: ErrorType,
): CallDetails {
  // a timeout has read the prompt and is billed for it; a refused call has used nothing
  const used = errorType === "timeout" && session.task.operation === "chat";
  const { message, durationMs } = ERRORS[errorType];
  return {
    ...attribution(session, model),
    usage: used ? { ...usage, outputTokens: 0, reasoningTokens: undefined } : { inputTokens: 0, outputTokens: 0 },
    reportedCostUsd: undefined,
    durationMs: Math.round(errorType === "timeout" ? durationMs : random.around(durationMs)),
    timeToFirstTokenMs: undefined,
    success: false,
    errorType,
    errorMessage: message,
    attempt,
    score: undefined,
    cacheHit: undefined,
  };
}

/** All that does not change from call to call; always the same fields, which keeps generating fast. */
function attribution(session: Session, model: ModelProfile) {
  const { task } = session;
  return {
    id: undefined,
    occurredAt: undefined,
    provider: model.provider,
    model: model.model,
    requestedModel: model.requestedModel,
    operation: task.operation,
    serviceTier: model.serviceTier,
    user: session.user,
    team: task.team,
    project: task.project,
    customer: session.customer,
    agent: session.agent,
    activity: task.activity,
    session: session.id,
    trace: session.trace,
    environment: session.environment,
    credential: `${task.project}-${session.environment}`,
    tags: session.tags,
    streaming: task.streaming,
    variant: session.variant,
    source: "sdk",
  };
}

function openSession(task: Task, day: DayOfCalls, cast: Cast, random: Random): Session {
  const ordinal = day.nextSession();
  return {
    task,
    id: cast.session(ordinal, random),
    agent: cast.agent(task, random),
    user: task.byPeople === true ? cast.user(random) : undefined,
    customer: task.forCustomers === true ? cast.customer(random) : undefined,
    environment: pickEnvironment(random),
    trace: task.workItem === "agent_loop" ? hex128(random) : undefined,
    tags: workItemTags(task, cast.day, ordinal, random),
    variant: task.variants === true ? (random.chance(0.5) ? "a" : "b") : undefined,
  };
}

const pickEnvironment = weightedPicker([
  ["production", 84],
  ["staging", 11],
  ["development", 5],
] as const);

/** About four new stories a week; some twelve are worked on at a time, eight make an epic. */
function workItemTags(task: Task, day: number, ordinal: number, random: Random): Record<string, string> | undefined {
  if (task.workItem === undefined) return undefined;
  const newest = Math.floor((day - 20_000) * 0.6);
  const story = newest - random.between(0, 11);
  const epic = `ep-${Math.floor(story / 8)}`;
  if (task.workItem === "story") return { story: `st-${story}`, epic };
  if (task.workItem === "agent_loop") {
    return { story: `st-${story}`, epic, agent_loop: `loop-${day.toString(36)}-${ordinal.toString(36)}` };
  }
  return { epic, deliberation: `dl-${day.toString(36)}-${ordinal % 5}` };
}

/** What one call uses. Prompts grow from turn to turn, and the part that was there before comes from the cache. */
function drawUsage(task: Task, model: ModelProfile, turn: number, random: Random): WireUsage {
  switch (task.operation) {
    case "embedding":
      return { inputTokens: Math.ceil(random.around(task.inputTokens)) };
    case "rerank":
      return { searches: 1 };
    case "image":
      return { images: 1, imageSize: pickImageSize(random), imageQuality: random.chance(0.25) ? "hd" : "standard" };
    case "audio":
      return model.model === "tts-1"
        ? { characters: Math.ceil(random.around(480)) }
        : { audioSeconds: Math.round(random.around(26) * 10) / 10 };
    default:
      return chatUsage(task, model, turn, random);
  }
}

function chatUsage(task: Task, model: ModelProfile, turn: number, random: Random): WireUsage {
  const inputTokens = Math.ceil(random.around(task.inputTokens) * (1 + 0.3 * turn));
  const outputTokens = Math.ceil(random.around(task.outputTokens));
  const cachedShare = task.cachedShare ?? 0;
  // another process answers now and then, and finds nothing in the cache
  const isWarm = turn > 0 && random.chance(0.94);
  const cacheReadTokens = isWarm ? Math.floor(inputTokens * cachedShare * (0.8 + 0.25 * random.next())) : 0;
  const fresh = Math.max(0, inputTokens - cacheReadTokens);
  const writes = model.billsCacheWrites === true && cachedShare > 0;
  return {
    inputTokens,
    cacheReadTokens: cachedShare > 0 ? Math.min(inputTokens, cacheReadTokens) : undefined,
    cacheWriteTokens: writes ? Math.floor(fresh * (isWarm ? 0.5 : cachedShare)) : undefined,
    outputTokens,
    reasoningTokens: reasoningTokens(task, outputTokens, random),
  };
}

function reasoningTokens(task: Task, outputTokens: number, random: Random): number | undefined {
  if (task.reasoningShare === undefined) return undefined;
  return Math.floor(outputTokens * Math.min(0.95, task.reasoningShare * (0.5 + random.next())));
}

function reportedCostUsd(usd: { inputUsd: number; outputUsd: number }, usage: WireUsage): number {
  const millionths = (usage.inputTokens ?? 0) * usd.inputUsd + (usage.outputTokens ?? 0) * usd.outputUsd;
  return Math.round(millionths * 1_000) / 1_000_000_000;
}

/** Variant b is the better one, by a little. */
function drawScore(session: Session, random: Random): number {
  const mean = session.variant === "b" ? 0.84 : 0.79;
  return Math.round(Math.min(1, Math.max(0, mean + 0.3 * (random.next() - 0.5))) * 100) / 100;
}

const pickImageSize = weightedPicker([
  ["1024x1024", 6],
  ["1792x1024", 3],
  ["1024x1792", 2],
] as const);

const ERRORS = {
  rate_limit: { message: "Too many requests; try again in a moment", durationMs: 90 },
  overloaded: { message: "The model is overloaded", durationMs: 420 },
  timeout: { message: "No answer within 60 seconds", durationMs: 60_000 },
  invalid_request: { message: "The prompt is longer than the model's context", durationMs: 130 },
  content_filter: { message: "The answer was withheld by the content filter", durationMs: 700 },
} as const;

type ErrorType = keyof typeof ERRORS;

const RETRYABLE = new Set<ErrorType>(["rate_limit", "overloaded", "timeout"]);

const pickError = weightedPicker<ErrorType>([
  ["rate_limit", 42],
  ["overloaded", 26],
  ["timeout", 14],
  ["invalid_request", 11],
  ["content_filter", 7],
]);

/** People read and think before they ask again; agents go on at once. */
function pauseMs(task: Task, random: Random): number {
  return Math.ceil(random.around(task.byPeople === true ? 55_000 : 2_500));
}

function hex128(random: Random): string {
  let text = "";
  for (let word = 0; word < 4; word++) text += random.bits().toString(16).padStart(8, "0");
  return text;
}
