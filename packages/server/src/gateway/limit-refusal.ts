import { formatUsd, usdNumber } from "@outlay/core";
import type { LimitState, Verdict } from "../limits/limit.ts";
import { money, refusalSentence, resetsInWords } from "../limits/refusal-sentence.ts";
import type { Refusal } from "./refuse.ts";

type Refused = Extract<Verdict, { kind: "refused" }>;

/** Clients wait at most so long on their own before they try again. */
const MAX_RETRY_WAIT_SECONDS = 60;

/** A refused call as an answer, in words and as data. */
export function refusalOfVerdict(verdict: Refused, what: { model: string | null; path: string }): Refusal {
  const { code, limit, retryAfterSeconds, refusalId } = verdict;
  return {
    status: 429,
    code,
    message: `${refusalSentence(verdict, unpriced(what))} (outlay limits explain ${refusalId})`,
    limit: {
      id: limit.limitId,
      name: limit.name,
      value: limit.value,
      scope: limit.scope,
      amountUsd: usdNumber(limit.amountNanoUsd),
      spentUsd: usdNumber(limit.spentNanoUsd),
      leasedUsd: usdNumber(limit.leasedNanoUsd),
      wantedUsd: usdNumber(verdict.wantedNanoUsd),
      resetsAt: limit.resetsAtMs === null ? null : new Date(limit.resetsAtMs).toISOString(),
      retryAfterSeconds,
      refusalId,
    },
  };
}

/** Headers of a refusal: name and value, one after the other. */
export function headersOfRefusal(verdict: Refused): string[] {
  const { limit, retryAfterSeconds, refusalId } = verdict;
  const remaining = limit.amountNanoUsd - limit.spentNanoUsd - limit.leasedNanoUsd;
  const headers = ["x-outlay-refusal-id", refusalId, ...remainingHeader(remaining)];
  if (retryAfterSeconds !== null) headers.push("retry-after", String(retryAfterSeconds));
  // Clients of OpenAI and Anthropic try again unless they are told not to: nothing will have changed by then.
  const isSoon = retryAfterSeconds !== null && retryAfterSeconds <= MAX_RETRY_WAIT_SECONDS;
  headers.push("x-should-retry", isSoon ? "true" : "false");
  return headers;
}

/** What is left in the fullest limit that applies; none applies to null. */
export function remainingHeader(nanoUsd: number | null): string[] {
  return nanoUsd === null ? [] : ["x-outlay-limit-remaining-usd", formatUsd(Math.max(0, Math.floor(nanoUsd)))];
}

const MAX_WARNINGS = 5;

/** One header for each limit that is nearly used up, or is and only warns. */
export function warningHeaders(states: LimitState[]): string[] {
  return states.slice(0, MAX_WARNINGS).flatMap((state) => {
    const used = state.spentNanoUsd + state.leasedNanoUsd;
    const percent = state.amountNanoUsd === 0 ? 100 : Math.floor((used / state.amountNanoUsd) * 100);
    const text = `limit "${state.name}" (${state.scope}) is ${percent}% used: ${money(used)} of ${money(state.amountNanoUsd)}`;
    return ["x-outlay-warning", headerText(`${text}${resetsInWords(state)}`)];
  });
}

/** What a header can hold: anything else becomes a question mark. */
export function headerText(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, "?");
}

/** What has no price, for the sentence. */
function unpriced({ model, path }: { model: string | null; path: string }): string {
  return model === null
    ? `What ${path} costs cannot be measured`
    : `No price is known for the model "${model.slice(0, 100)}"`;
}
