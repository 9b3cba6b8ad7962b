import { roundUsd, type PriceVersion } from "@outlay/core";
import { toRateableCall } from "../../prices/rateable-call.ts";
import { isExactly, parseFilters } from "../../ledger/filters.ts";
import type { Ledger } from "../../ledger/ledger.ts";
import type { StoredEvent } from "../../storage/storage.ts";
import { dollars, percentText, timeText } from "../amount-text.ts";
import type { Finding } from "../finding.ts";
import { askAbout, askedRange, linkTo, usersIn, zoneOf } from "../rule-question.ts";
import type { RuleOf } from "../rule.ts";
import type { Check } from "./check.ts";

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;
/** Changes that have just taken effect are told of too: nobody announces them all. */
const JUST_DAYS = 7;
const TRAFFIC_DAYS = 30;
const MAX_MODELS = 100;
/** Of a model's calls so many, the newest, say by how much it gets dearer. */
const SAMPLE = 1_000;

/** Will the calls of the last 30 days cost more a month at prices that are to come, or have just come? */
export const checkPriceChange: Check<"priceChange"> = async (rule, { ledger }) => {
  const nowMs = ledger.now();
  const answer = await askAbout(ledger, rule, {
    metrics: "cost,calls",
    by: "provider,model",
    period: `${TRAFFIC_DAYS}d`,
    limit: String(MAX_MODELS),
  });
  const findings: Finding[] = [];
  for (const row of answer.rows) {
    if (row["other"] === true || row["cost"] === null) continue;
    const used = {
      provider: String(row["provider"]),
      model: String(row["model"]),
      costUsd: Number(row["cost"]),
      calls: Number(row["calls"]),
    };
    for (const version of changesOf(ledger, used, nowMs, rule.aheadDays)) {
      const factor = await factorOf(ledger, rule, used, version.startMs!);
      const moreUsd = factor === null ? 0 : used.costUsd * (factor - 1);
      if (moreUsd >= rule.minimumUsd)
        findings.push(findingOf(ledger, rule, used, version, moreUsd, askedRange(answer)));
    }
  }
  return { findings, note: null };
};

interface UsedModel {
  provider: string;
  model: string;
  /** Of the last 30 days. */
  costUsd: number;
  calls: number;
}

/** Prices with a start in the time looked at, each of which takes the place of another. */
function changesOf(
  { prices }: Ledger,
  { provider, model }: UsedModel,
  nowMs: number,
  aheadDays: number,
): PriceVersion[] {
  return prices
    .history(provider, model)
    .slice(1)
    .filter(
      ({ startMs }) =>
        startMs !== null && startMs > nowMs - JUST_DAYS * DAY_MS && startMs <= nowMs + aheadDays * DAY_MS,
    );
}

/**
 * How many times as much its calls cost from then on: the newest calls rated with the price before and after, at their
 * own hour of the week, because prices may depend on it. null: that cannot be told.
 */
async function factorOf(
  ledger: Ledger,
  rule: RuleOf<"priceChange">,
  { provider, model }: UsedModel,
  startMs: number,
): Promise<number | null> {
  const nowMs = ledger.now();
  const { events } = await ledger.storage.listEvents({
    startMs: nowMs - TRAFFIC_DAYS * DAY_MS,
    endMs: nowMs + 1,
    filters: [...parseFilters(rule.filters), isExactly("provider", provider), isExactly("model", model)],
    limit: SAMPLE,
  });
  let [beforeNanoUsd, afterNanoUsd] = [0, 0];
  for (const event of events) {
    const [before, after] = ratedAround(ledger, event, startMs);
    if (before === null || after === null) continue;
    beforeNanoUsd += before;
    afterNanoUsd += after;
  }
  return beforeNanoUsd === 0 ? null : afterNanoUsd / beforeNanoUsd;
}

function ratedAround(ledger: Ledger, event: StoredEvent, startMs: number): [number | null, number | null] {
  const call = toRateableCall(event);
  const weeks = Math.ceil((startMs - event.occurredAtMs) / WEEK_MS);
  const afterMs = event.occurredAtMs + weeks * WEEK_MS;
  return [afterMs - WEEK_MS, afterMs].map(
    (occurredAtMs) => ledger.prices.rate({ ...call, occurredAtMs }).costNanoUsd,
  ) as [number | null, number | null];
}

function findingOf(
  ledger: Ledger,
  rule: RuleOf<"priceChange">,
  { provider, model, costUsd, calls }: UsedModel,
  version: PriceVersion,
  moreUsd: number,
  range: { startMs: number; endMs: number },
): Finding {
  const startMs = version.startMs!;
  const day = timeText(startMs, zoneOf(ledger, rule), "day");
  const isAhead = startMs > ledger.now();
  const percent = (moreUsd / costUsd) * 100;
  const more = dollars(roundUsd(moreUsd));
  const filters = [...rule.filters, `provider:${provider}`, `model:${model.replaceAll("*", "\\*")}`];
  return {
    subject: `${provider}/${model}@${new Date(startMs).toISOString()}`,
    period: { key: "once", startMs: null, endMs: null, form: "news" },
    level: rule.severity,
    against: null,
    users: usersIn(rule.filters),
    texts: {
      title: `${model} ${isAhead ? "gets" : "has got"} dearer: +${more} a month`,
      summary: `Its price ${isAhead ? "changes" : "has changed"} on ${day}. A month like the last ${TRAFFIC_DAYS} days then costs ${dollars(costUsd + moreUsd)} instead of ${dollars(costUsd)}, ${percentText(percent)} more.`,
      facts: [
        { label: "More a month", value: `+${more}` },
        { label: "Model", value: `${provider}/${model}` },
        { label: "From", value: day },
        { label: `Last ${TRAFFIC_DAYS} days`, value: `${dollars(costUsd)}, ${calls.toLocaleString("en-US")} calls` },
        {
          label: "How",
          value: calls > SAMPLE ? `the newest ${SAMPLE} calls at both prices` : "every call at both prices",
        },
        ...(version.source === undefined || version.source === null
          ? []
          : [{ label: "Source", value: version.source }]),
      ],
      link: linkTo(filters, range),
    },
  };
}
