import { InvalidInput, shown, usdNumber } from "@outlay/core";
import type { Sums } from "../storage/storage.ts";
import type { AnswerMeta, QueryParams, ResolvedQuery } from "../ledger/answers.ts";
import { SCAN_LIMIT } from "../ledger/ask.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { Parameters } from "../ledger/parameters.ts";
import { rateCalls } from "./elsewhere-calls.ts";
import { comparableModels } from "./elsewhere-models.ts";
import { rateSums } from "./elsewhere-sums.ts";
import { newTally, reasonsOf, type ModelName, type Tally, type WhichCalls } from "./elsewhere-tally.ts";
import { readPeriodScope } from "./period-scope.ts";

/** The same usage at another model's prices. Money in dollars. */
export interface ElsewhereCandidate extends ModelName {
  /** Of the calls that its price covers; null: of none. */
  cost: number | null;
  /** Calls with a cost on both sides: what `difference` and `ratio` are about. */
  compared: { calls: number; recordedCost: number; cost: number };
  /** compared.cost − compared.recordedCost: below zero it is cheaper there. null: nothing to compare. */
  difference: number | null;
  /** compared.cost / compared.recordedCost; null also where that was free. */
  ratio: number | null;
  /** Calls that use something its price has no rate for; in no sum here. */
  unratedCalls: number;
  approximate: boolean;
  /** Why it is approximate or calls are left out, in words. */
  reasons: string[];
  /** The price at the end of the period, or now; null: none is known. */
  priceId: string | null;
}

export interface ElsewhereAnswer {
  query: Pick<ResolvedQuery, "filters" | "period"> & {
    /** `provider/model`, as asked, or as they were chosen. */
    models: string[];
    /** Models were not asked for but chosen: near in price to what was used. */
    chosen: boolean;
  };
  recorded: { cost: number | null; calls: number; unpricedCalls: number };
  /** `calls`: each call was rated by itself. `sums`: they are too many, or have expired; approximate. */
  basis: "calls" | "sums";
  /** Cheapest first; unknown last. */
  candidates: ElsewhereCandidate[];
  meta: Pick<AnswerMeta, "unpriced"> & {
    /** Single calls that were rated. */
    callsRead: number;
    /** What the comparison takes for granted. */
    caveats: string[];
  };
}

/** Calls that are rated one by one. */
const READ_LIMIT = 20_000;
const MAX_MODELS = 20;

const CAVEATS = [
  "Every model cuts texts into tokens of its own: the same text is another number of tokens elsewhere, often by 10 to 30 percent. The recorded numbers are used as they are.",
  "Another model would have answered at another length, and may or may not have done the task.",
];

/** What the recorded usage would have cost at other models. InvalidInput as any question, `invalid_parameter` for `models`. */
export async function elsewhere(
  ledger: Ledger,
  params: QueryParams,
  { readLimit = READ_LIMIT }: { readLimit?: number } = {},
): Promise<ElsewhereAnswer> {
  const scope = await readPeriodScope(ledger, params, ["models"]);
  const asked = readModels(scope.parameters);
  const { period, filters } = scope;
  const { startMs, endMs } = period;
  const which = { startMs, endMs, filters };
  const { totals } = await ledger.storage.sum({ ...which, by: [], scanLimit: SCAN_LIMIT });
  const models = asked ?? (await comparableModels(ledger, which));
  const priceAtMs = Math.min(endMs - 1, ledger.now());
  const exact =
    totals.calls > BigInt(readLimit) ? null : await ratedOneByOne(ledger, which, models, Number(totals.calls));
  const tallies = exact ?? (await rateSums(ledger, { ...which, scanLimit: SCAN_LIMIT }, models.map(newTally)));
  return {
    query: { ...scope.asked, models: models.map(nameOf), chosen: asked === null },
    recorded: recordedOf(totals),
    basis: exact === null ? "sums" : "calls",
    candidates: tallies
      .map((tally) => candidateOf(ledger, tally, priceAtMs))
      .toSorted((a, b) => (a.cost ?? Infinity) - (b.cost ?? Infinity) || (nameOf(a) < nameOf(b) ? -1 : 1)),
    meta: {
      unpriced: { calls: Number(totals.unpricedCalls), tokens: Number(totals.unpricedTokens) },
      callsRead: exact === null ? 0 : Number(totals.calls),
      caveats: CAVEATS,
    },
  };
}

/** null: not all of them are there any more. */
async function ratedOneByOne(
  ledger: Ledger,
  question: WhichCalls,
  models: ModelName[],
  calls: number,
): Promise<Tally[] | null> {
  const tallies = models.map(newTally);
  const read = await rateCalls(ledger, question, tallies);
  return read < calls ? null : tallies;
}

function recordedOf({ calls, unpricedCalls, costNanoUsd }: Sums): ElsewhereAnswer["recorded"] {
  const isUnknown = calls > 0n && calls === unpricedCalls;
  return {
    cost: isUnknown ? null : usdNumber(costNanoUsd),
    calls: Number(calls),
    unpricedCalls: Number(unpricedCalls),
  };
}

function candidateOf(ledger: Ledger, tally: Tally, priceAtMs: number): ElsewhereCandidate {
  const { provider, model, compared } = tally;
  const match = ledger.prices.match(provider, model, priceAtMs);
  const later = match.found ? match : ledger.prices.match(provider, model, ledger.now());
  const { recordedNanoUsd, costNanoUsd } = compared;
  return {
    provider,
    model,
    cost: tally.ratedCalls === 0 && tally.unratedCalls > 0 ? null : usdNumber(tally.costNanoUsd),
    compared: { calls: compared.calls, recordedCost: usdNumber(recordedNanoUsd), cost: usdNumber(costNanoUsd) },
    difference: compared.calls === 0 ? null : usdNumber(costNanoUsd - recordedNanoUsd),
    ratio: recordedNanoUsd === 0n ? null : Number(costNanoUsd) / Number(recordedNanoUsd),
    unratedCalls: tally.unratedCalls,
    approximate: tally.approximate,
    reasons: reasonsOf(tally),
    priceId: later.found ? later.version.id : null,
  };
}

/** `provider/model,…`; null: none asked. */
function readModels(parameters: Parameters): ModelName[] | null {
  const names = parameters.list("models");
  if (names.length === 0) return null;
  if (names.length > MAX_MODELS) {
    throw new InvalidInput("invalid_parameter", `models names ${names.length} models; expected at most ${MAX_MODELS}`, {
      field: "models",
    });
  }
  return names.map((name) => {
    const slash = name.indexOf("/");
    if (slash > 0 && slash < name.length - 1) return { provider: name.slice(0, slash), model: name.slice(slash + 1) };
    throw new InvalidInput(
      "invalid_parameter",
      `models has ${shown(name)}; expected provider/model, such as openai/gpt-5-mini`,
      { field: "models" },
    );
  });
}

function nameOf({ provider, model }: ModelName): string {
  return `${provider}/${model}`;
}
