import { z } from "zod";
import type { Limit } from "../../limits/limit.ts";
import type { Limits } from "../../limits/limits.ts";
import { costReport } from "../../reports/cost-report.ts";
import { reportPdf } from "../../reports/report-pdf.ts";
import { lastPeriod, readMonth } from "../../reports/report-period.ts";
import { scheduleSchema, type ReportSchedule } from "../../reports/schedule.ts";
import type { ScheduledReports } from "../../reports/scheduled-reports.ts";
import { ledgerOf } from "../authorize.ts";
import { instantOrNull } from "../instant-text.ts";
import { visibleLimits } from "../limits-of-principal.ts";
import { filterParameters, oneValue } from "../parameters.ts";
import { addRoute, parseAs } from "../route.ts";
import type { App } from "../route.ts";

const tag = "Reports";

/** Reports as documents. */
export function addReportRoutes(app: App, limits: Limits, reports: ScheduledReports): void {
  addRoute(
    app,
    {
      method: "get",
      path: "/api/v1/reports/monthly.pdf",
      access: "read",
      tag,
      summary: "What a month has cost, as a PDF with charts",
      description:
        "Totals against the month before, costs by day, the models, projects, agents and people that cost most, budgets, charges, and what has no known price.",
      query: z.object({
        month: z.string().optional().meta({ description: "Default: the last one that is over", example: "2026-10" }),
        tz: z.string().optional().meta({ description: "Of its days; default: the server's" }),
        ...filterParameters,
      }),
      answer: { mediaTypes: ["application/pdf"], description: "The document" },
    },
    async ({ c, query }) => {
      const ledger = ledgerOf(c);
      const timeZone = oneValue(query, "tz") ?? ledger.timeZone;
      const month = oneValue(query, "month");
      const period = month === undefined ? lastPeriod(ledger.now(), "month", timeZone) : readMonth(month, timeZone);
      const visible = visibleLimits(c);
      const sources = { ledger, limits, mayShow: (limit: Limit) => visible.seesAccount(limit, null) };
      const report = await costReport(sources, { period, filters: query["filter"] ?? [] });
      return new Response(Buffer.from(await reportPdf(report)), {
        headers: {
          "content-type": "application/pdf",
          "content-disposition": `attachment; filename="outlay-${period.label}.pdf"`,
        },
      });
    },
  );

  const id = { params: z.object({ id: z.string() }) };
  addRoute(
    app,
    {
      method: "get",
      path: SCHEDULES,
      access: "admin",
      tag,
      summary: "Reports that come by e-mail by themselves",
      answer: z.strictObject({ schedules: z.array(answerSchema) }),
    },
    async () => ({ schedules: (await reports.list()).map(answerOf) }),
  );
  addRoute(
    app,
    {
      method: "post",
      path: SCHEDULES,
      access: "admin",
      tag,
      summary: "Schedule a report",
      description:
        "Of the day, week or month before: daily, on Mondays, on the first. One that was missed while the server was away is sent once.",
      body: { schema: scheduleSchema, example: EXAMPLE },
      answer: z.strictObject({ id: z.string() }),
    },
    async ({ body }) => {
      const { id: made } = await reports.put(parseAs(scheduleSchema, await body(), "invalid_body"), null);
      return { id: made };
    },
  );
  addRoute(
    app,
    {
      method: "put",
      path: `${SCHEDULES}/{id}`,
      access: "admin",
      tag,
      summary: "Change a scheduled report",
      ...id,
      body: { schema: scheduleSchema, example: EXAMPLE },
      answer: z.strictObject({ id: z.string() }),
    },
    async ({ params, body }) => {
      const input = parseAs(scheduleSchema, await body(), "invalid_body");
      return { id: (await reports.put(input, params["id"]!)).id };
    },
  );
  addRoute(
    app,
    {
      method: "delete",
      path: `${SCHEDULES}/{id}`,
      access: "admin",
      tag,
      summary: "End a scheduled report",
      ...id,
      answer: z.strictObject({ removed: z.literal(true) }),
    },
    async ({ params }) => {
      await reports.remove(params["id"]!);
      return { removed: true };
    },
  );
  addRoute(
    app,
    {
      method: "post",
      path: `${SCHEDULES}/{id}/preview`,
      access: "admin",
      tag,
      summary: "What a scheduled report would say of the last period that is over; nothing is sent",
      ...id,
      answer: z.strictObject({
        subject: z.string(),
        text: z.string(),
        html: z.string(),
        to: z.array(z.string()).nullable().meta({ description: "null: the recipients of the channel" }),
        attachments: z.array(z.strictObject({ filename: z.string(), contentType: z.string(), base64: z.string() })),
      }),
    },
    async ({ params }) => {
      const { subject, text, html, to = null, attachments } = await reports.preview(params["id"]!);
      return { subject, text, html, to, attachments };
    },
  );
  addRoute(
    app,
    {
      method: "post",
      path: `${SCHEDULES}/{id}/send`,
      access: "admin",
      tag,
      summary: "Send a scheduled report of the last period now",
      ...id,
      answer: z.strictObject({ queued: z.literal(true) }),
    },
    async ({ params }) => {
      await reports.sendNow(params["id"]!);
      return { queued: true };
    },
  );
}

const SCHEDULES = "/api/v1/reports/schedules";
const EXAMPLE = {
  name: "Costs of the month",
  every: "month",
  hour: 8,
  timeZone: "Europe/Berlin",
  channelId: "0f5b1c1e-6a0e-4a9e-9a53-2f1f0c4f8d11",
  filters: [],
  attach: ["pdf"],
};

const answerSchema = z.strictObject({
  ...scheduleSchema.shape,
  recipients: z.array(z.string()).nullable(),
  id: z.string(),
  nextAt: z.string().nullable().meta({ description: "null: it is switched off" }),
  lastAt: z.string().nullable(),
  lastLabel: z.string().nullable().meta({ description: "The last period that was reported" }),
});

function answerOf(schedule: ReportSchedule & { nextAtMs: number | null }) {
  const { createdAtMs: _, lastAtMs, nextAtMs, ...rest } = schedule;
  return { ...rest, nextAt: instantOrNull(nextAtMs), lastAt: instantOrNull(lastAtMs) };
}
