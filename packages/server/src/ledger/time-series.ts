import type { Bucket, Metric, TimeUnit } from "@outlay/core";
import type { BucketAnswer, QueryParams, Series, TimeSeriesAnswer } from "./answers.ts";
import { findOut, metaOf, type FoundPeriod } from "./ask.ts";
import { findPeriod, parsePeriod, rangeAnswer } from "./asked-period.ts";
import type { Group } from "./gather.ts";
import type { Ledger } from "./ledger.ts";
import { changeOf, metricValues } from "./metrics.ts";
import { readParameters } from "./parameters.ts";
import { parseTimeUnit, QUESTION_PARAMETERS, questionOf, type AskedQuestion } from "./question.ts";

const DEFAULT_SERIES = 8;
const DAY_MS = 86_400_000;

/** Lines of a chart: every group has a value for every bucket. The unit fits the period unless it is asked for. */
export async function timeSeries(ledger: Ledger, params: QueryParams): Promise<TimeSeriesAnswer> {
  const parameters = readParameters(params, [...QUESTION_PARAMETERS, "unit"]);
  const context = { now: ledger.now(), timeZone: ledger.timeZone };
  const asked = questionOf(parameters, context, { metrics: ["cost"] });
  const unitText = parameters.one("unit");
  const unit =
    unitText === undefined
      ? (asked.unit ?? fittingUnit(await findPeriod(ledger, parsePeriod(parameters, context))))
      : parseTimeUnit(unitText, "unit");
  const question: AskedQuestion = {
    ...asked,
    unit,
    byNames: [...asked.by, unit],
    limit: asked.limit ?? DEFAULT_SERIES,
  };
  const found = await findOut(ledger, question);
  const { now, before } = found;
  const totals = metricValues(question.metrics, now.gathered.totals.whole);
  const answer: TimeSeriesAnswer = {
    query: found.query,
    buckets: bucketAnswers(ledger, now),
    series: seriesOf(question, now),
    totals,
    meta: metaOf(ledger, question, found),
  };
  if (before === null) return answer;
  const totalsBefore = metricValues(question.metrics, before.gathered.totals.whole);
  answer.comparison = {
    period: rangeAnswer(before.period),
    buckets: bucketAnswers(ledger, before),
    series: seriesOf(question, before),
    totals: totalsBefore,
    change: changeOf(totals, totalsBefore),
  };
  return answer;
}

/** Between 24 and about 120 points on a chart. */
function fittingUnit(period: { startMs: number; endMs: number }): TimeUnit {
  const days = (period.endMs - period.startMs) / DAY_MS;
  if (days <= 2.1) return "hour";
  if (days <= 124) return "day";
  return days <= 800 ? "week" : "month";
}

function bucketAnswers(ledger: Ledger, { buckets }: FoundPeriod): BucketAnswer[] {
  const nowMs = ledger.now();
  return (buckets ?? []).map((bucket: Bucket) => ({
    label: bucket.label,
    ...rangeAnswer(bucket),
    unfinished: bucket.endMs > nowMs,
  }));
}

function seriesOf(question: AskedQuestion, { gathered }: FoundPeriod): Series[] {
  const series = gathered.groups.map((group) => oneSeries(question, group));
  if (gathered.other !== null) series.push({ ...oneSeries(question, gathered.other), label: "other", other: true });
  return series;
}

function oneSeries(question: AskedQuestion, group: Group): Series {
  const names = group.key.map((value) => value ?? "(none)");
  const points = group.buckets.map((bucket) => metricValues(question.metrics, bucket));
  return {
    key: Object.fromEntries(question.by.map((dimension, index) => [dimension, group.key[index] ?? null])),
    label: names.length === 0 ? "Total" : names.join(" · "),
    values: Object.fromEntries(
      question.metrics.map((metric: Metric) => [metric, points.map((point) => point[metric] ?? null)]),
    ),
  };
}
