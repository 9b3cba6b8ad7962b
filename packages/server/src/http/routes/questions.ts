import { z } from "zod";
import { forecast } from "../../insights/forecast.ts";
import { projection } from "../../insights/projection.ts";
import { trends } from "../../insights/trends.ts";
import { velocity } from "../../insights/velocity.ts";
import { ask } from "../../ledger/ask.ts";
import { breakdown } from "../../ledger/breakdown.ts";
import { parseQuestion } from "../../ledger/question.ts";
import { summary } from "../../ledger/summary.ts";
import { timeSeries } from "../../ledger/time-series.ts";
import {
  breakdownAnswer,
  forecastAnswer,
  projectionAnswer,
  queryAnswer,
  summaryAnswer,
  timeSeriesAnswer,
  trendsAnswer,
  velocityAnswer,
} from "../answers.ts";
import { ledgerOf } from "../authorize.ts";
import {
  compareParameters,
  filterParameters,
  groupParameters,
  metricParameters,
  periodParameters,
} from "../parameters.ts";
import { addRoute } from "../route.ts";
import type { App } from "../route.ts";

const asked = { ...periodParameters, ...filterParameters, ...compareParameters };
const tag = "Questions";

/** The one question language, and its views with a fixed shape. */
export function addQuestionRoutes(app: App): void {
  addRoute(
    app,
    {
      method: "get",
      path: "/api/v1/query",
      access: "read",
      tag,
      summary: "Ask anything: metrics × dimensions × filters × period × comparison",
      description:
        "With a time unit in by, there is a row for every bucket. limit closes with a row marked other, so that rows always add up to the totals.",
      query: z.object({ ...metricParameters, ...groupParameters, ...asked }),
      answer: queryAnswer,
    },
    async ({ c, query }) => {
      const ledger = ledgerOf(c);
      return ask(ledger, parseQuestion(query, { now: ledger.now(), timeZone: ledger.timeZone }));
    },
  );
  addRoute(
    app,
    {
      method: "get",
      path: "/api/v1/summary",
      access: "read",
      tag,
      summary: "Totals of a period, split by everything that matters",
      query: z.object({
        ...asked,
        include: z.string().optional().meta({
          description: "Further parts, comma-separated: byUser, byTag:story, …",
          example: "byUser,byTag:story",
        }),
        limit: groupParameters.limit,
      }),
      answer: summaryAnswer,
    },
    ({ c, query }) => summary(ledgerOf(c), query),
  );
  addRoute(
    app,
    {
      method: "get",
      path: "/api/v1/timeseries",
      access: "read",
      tag,
      summary: "Lines of a chart: a value for every bucket of every group",
      query: z.object({
        ...metricParameters,
        ...groupParameters,
        unit: z.string().optional().meta({ description: "hour, day, week, month, quarter or year", example: "day" }),
        ...asked,
      }),
      answer: timeSeriesAnswer,
    },
    ({ c, query }) => timeSeries(ledgerOf(c), query),
  );
  addRoute(
    app,
    {
      method: "get",
      path: "/api/v1/breakdown",
      access: "read",
      tag,
      summary: "Groups with their share of the total",
      query: z.object({ ...metricParameters, ...groupParameters, ...asked }),
      answer: breakdownAnswer,
    },
    ({ c, query }) => breakdown(ledgerOf(c), query),
  );
  addInsightRoutes(app);
}

function addInsightRoutes(app: App): void {
  const query = z.object({ ...filterParameters, tz: periodParameters.tz });
  addRoute(
    app,
    {
      method: "get",
      path: "/api/v1/trends",
      access: "read",
      tag,
      summary: "The last 7 days against the 7 before, and month over month",
      query,
      answer: trendsAnswer,
    },
    (request) => trends(ledgerOf(request.c), request.query),
  );
  addRoute(
    app,
    {
      method: "get",
      path: "/api/v1/projection",
      access: "read",
      tag,
      summary: "Spent this month, and what the month's end will show",
      query,
      answer: projectionAnswer,
    },
    (request) => projection(ledgerOf(request.c), request.query),
  );
  addRoute(
    app,
    {
      method: "get",
      path: "/api/v1/forecast",
      access: "read",
      tag,
      summary: "The next month with its stated error",
      query,
      answer: forecastAnswer,
    },
    (request) => forecast(ledgerOf(request.c), request.query),
  );
  addRoute(
    app,
    {
      method: "get",
      path: "/api/v1/velocity",
      access: "read",
      tag,
      summary: "How fast money is being spent",
      query,
      answer: velocityAnswer,
    },
    (request) => velocity(ledgerOf(request.c), request.query),
  );
}
