import { formatUsd, shown } from "@outlay/core";
import type { LimitState, Verdict } from "./limit.ts";

type Refused = Pick<Extract<Verdict, { kind: "refused" }>, "code" | "limit" | "retryAfterSeconds" | "wantedNanoUsd">;

/**
 * Why a call was refused: limit, scope, what is spent, what is set aside, when it resets. `what` is what has no price, in words:
 * `No price is known for the model "gpt-x"`.
 */
export function refusalSentence({ code, limit, retryAfterSeconds, wantedNanoUsd }: Refused, what: string): string {
  const name = `the limit "${limit.name}" (${limit.scope})`;
  if (code === "unpriced_model") return `${what}, and ${name} lets only calls through whose cost is known`;
  const state = `${money(limit.spentNanoUsd)} of ${money(limit.amountNanoUsd)} spent${running(limit)}`;
  if (code === "rate_limited") {
    const wait = retryAfterSeconds === null ? "" : `: the next call may go in ${retryAfterSeconds} s`;
    return `Slowed down by ${name}, ${state}${wait}${resetsInWords(limit)}`;
  }
  const start = limit.spentNanoUsd >= limit.amountNanoUsd ? "is used up" : "has no room for this call";
  const wanted = `this call may cost ${money(wantedNanoUsd)}`;
  return `${name.replace("the", "The")} ${start}: ${state}; ${wanted}${resetsInWords(limit)}`;
}

/** What has no price, where nothing but the model is known of the call. */
export function unpricedInWords(model: string): string {
  return `No price is known for the model ${shown(model)}`;
}

function running({ leasedNanoUsd }: LimitState): string {
  return leasedNanoUsd === 0 ? "" : `, ${money(leasedNanoUsd)} set aside for calls that are running`;
}

/** "; resets 2026-11-23T00:00:00.000Z", or nothing. */
export function resetsInWords({ resetsAtMs }: LimitState): string {
  return resetsAtMs === null ? "" : `; resets ${new Date(resetsAtMs).toISOString()}`;
}

export function money(nanoUsd: number): string {
  return `$${formatUsd(Math.round(nanoUsd))}`;
}
