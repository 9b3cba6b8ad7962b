import type { EventUsage } from "@outlay/core";
import type { Measured, Provider, RequestFacts } from "@outlay/providers";
import { promptText, type Estimates } from "../estimates/estimates.ts";
import type { CountedUsage } from "./call-events.ts";

/** Operations of which the tokens can be told from texts. */
const OF_TEXT = new Set(["chat", "text_completion", "embedding"]);

/** What a call says of its usage, and its texts, for what it does not say. */
export interface UsageToCount {
  provider: Provider;
  operation: string;
  facts: RequestFacts;
  measured: Measured | null;
  /** HTTP status; null when no answer came. */
  status: number | null;
  /** The provider had the request and may have worked on it. */
  wasSent: boolean;
  /** The request's body; null when it is not all there. */
  body: Buffer | null;
}

/** What is known without estimating; null when tokens have to be estimated. */
export function knownUsage(call: UsageToCount): CountedUsage | null {
  const { measured, status } = call;
  if (measured !== null && measured.usageState === "complete" && measured.usage !== null) {
    return { usage: measured.usage, errorPercent: null };
  }
  // What was refused costs nothing, not even a fee for the request.
  if (!call.wasSent || (status !== null && status >= 400) || isRefusal(measured)) {
    return { usage: { requests: 0 }, errorPercent: null };
  }
  if (!OF_TEXT.has(call.operation)) return { usage: measured?.usage ?? {}, errorPercent: null };
  return null;
}

/** What the provider said so far, and for the rest what its text must have taken. */
export async function estimateUsage(call: UsageToCount, estimates: Estimates): Promise<CountedUsage> {
  const { measured } = call;
  const said: EventUsage = measured?.usage ?? {};
  const estimate = await estimates.estimate({
    provider: call.provider.billedAs,
    model: modelOf(call),
    prompt: said.inputTokens === undefined ? readPrompt(call.body) : null,
    produced: measured === null || measured.produced.characters === 0 ? null : measured.produced,
  });
  const { inputTokens, outputTokens, errorPercent } = estimate;
  const usage: EventUsage = { ...said };
  if (usage.inputTokens === undefined && inputTokens !== null) usage.inputTokens = inputTokens;
  const output = largerOutput(said.outputTokens, outputTokens, errorPercent);
  if (output !== undefined) usage.outputTokens = output;
  return { usage, errorPercent };
}

/** Teaches the estimates what a call of known usage took. */
export function learnUsage(call: UsageToCount, estimates: Estimates): void {
  const { measured } = call;
  const usage = measured?.usage;
  if (measured === null || usage == null || measured.usageState !== "complete") return;
  if (!OF_TEXT.has(call.operation)) return;
  const provider = call.provider.billedAs;
  const model = modelOf(call);
  if (!estimates.wantsToLearn(provider, model)) return;
  const isPlain = (usage.reasoningTokens ?? 0) === 0 && (usage.outputAudioTokens ?? 0) === 0;
  estimates.learn({
    provider,
    model,
    prompt: readPrompt(call.body),
    produced: measured.produced.characters === 0 ? null : measured.produced,
    inputTokens: usage.inputTokens ?? null,
    // Thoughts that were counted, but not all shown, would teach a wrong measure.
    outputTokens: isPlain ? (usage.outputTokens ?? null) : null,
  });
}

/**
 * A stream that was cut has often said a first, low count (Anthropic: 1). Its word counts while it is within the error of the
 * estimate, for some count all along (Gemini).
 */
function largerOutput(said: number | undefined, estimated: number | null, errorPercent: number): number | undefined {
  if (estimated === null) return said;
  if (said === undefined) return estimated;
  return estimated * (1 - errorPercent / 100) > said ? estimated : said;
}

/** A stream that begins with an error instead of an answer. */
function isRefusal(measured: Measured | null): boolean {
  return measured !== null && measured.error !== null && measured.usage === null && measured.produced.characters === 0;
}

function modelOf({ measured, facts }: UsageToCount): string {
  return measured?.model ?? facts.model ?? "unknown";
}

function readPrompt(body: Buffer | null): ReturnType<typeof promptText> | null {
  if (body === null) return null;
  try {
    return promptText(JSON.parse(body.toString("utf8")));
  } catch {
    return null;
  }
}
