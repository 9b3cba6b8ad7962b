import type { Dimension } from "@outlay/core";
import type { EntityAnswer, QueryParams } from "./answers.ts";
import { findOut, metaOf, rowsOf } from "./ask.ts";
import { isExactly } from "./filters.ts";
import type { Ledger } from "./ledger.ts";
import { FILTER_PARAMETERS, PERIOD_PARAMETERS, readParameters } from "./parameters.ts";
import { questionOf, type AskedQuestion } from "./question.ts";
import { PART_METRICS, TOTAL_METRICS, totalsOf } from "./summary.ts";
import { wireEvent } from "./wire-event.ts";

const ROWS = 100;
const NEWEST_EVENTS = 50;

/** Everything about one user, agent, tag value or any other value of a dimension. One that was never seen has zeros. */
export async function entity(
  ledger: Ledger,
  of: { dimension: Dimension; value: string },
  params: QueryParams,
): Promise<EntityAnswer> {
  const parameters = readParameters(params, [...PERIOD_PARAMETERS, ...FILTER_PARAMETERS, "compare"]);
  const asked = questionOf(parameters, { now: ledger.now(), timeZone: ledger.timeZone }, { metrics: TOTAL_METRICS });
  const question: AskedQuestion = {
    ...asked,
    filters: [...asked.filters, isExactly(of.dimension, of.value)],
    filterTexts: [...asked.filterTexts, `${of.dimension}:${of.value}`],
  };
  const part: AskedQuestion = { ...question, metrics: [...PART_METRICS], compare: false };
  const rowsBy = async (dimension: Dimension) => {
    const by: AskedQuestion = { ...part, by: [dimension], byNames: [dimension], limit: ROWS };
    return rowsOf(by, (await findOut(ledger, by)).now);
  };
  const byDay: AskedQuestion = { ...part, unit: "day", byNames: ["day"] };
  const [totals, daily, byModel, byProvider, byCategory, byActivity, byAgent] = await Promise.all([
    findOut(ledger, question),
    findOut(ledger, byDay),
    rowsBy("model"),
    rowsBy("provider"),
    rowsBy("category"),
    rowsBy("activity"),
    rowsBy("agent"),
  ]);
  const { startMs, endMs } = totals.now.period;
  const page = await ledger.storage.listEvents({ startMs, endMs, filters: question.filters, limit: NEWEST_EVENTS });
  return {
    ...totalsOf(question, totals),
    byModel,
    byProvider,
    byCategory,
    byActivity,
    byAgent,
    daily: rowsOf(byDay, daily.now),
    events: page.events.map(wireEvent),
    meta: { ...metaOf(ledger, question, totals), unfinished: metaOf(ledger, byDay, daily).unfinished },
  };
}
