import type { ProjectionAnswer } from "../insights/projection.ts";
import type { BreakdownAnswer, ChargesAnswer, EventsAnswer, QueryAnswer, Row } from "../ledger/answers.ts";
import { callTable } from "./call-table.ts";
import type { CliContext } from "./context.ts";
import { drawBar } from "./draw/bar.ts";
import { drawTable } from "./draw/table.ts";
import type { Column } from "./draw/table.ts";
import { padRight, textWidth } from "./draw/text-width.ts";
import {
  formatCount,
  formatDuration,
  formatMetric,
  formatPeriod,
  formatRatio,
  formatTokens,
  formatUsd,
  UNKNOWN,
} from "./draw/values.ts";
import { wrapText } from "./draw/wrap-text.ts";
import { unpricedNote } from "./metric-table.ts";

/** What `outlay costs` has asked. */
export interface Dashboard {
  totals: QueryAnswer;
  byModel: BreakdownAnswer;
  byAgent: BreakdownAnswer;
  byTime: QueryAnswer;
  charges: ChargesAnswer;
  recent: EventsAnswer;
  projection: ProjectionAnswer;
}

/** The lines of the terminal's dashboard; they fit the terminal. */
export function drawCosts(dashboard: Dashboard, context: CliContext): string[] {
  const { totals, charges } = dashboard;
  const { colors } = context;
  const width = context.columns();
  const { period } = totals.query;
  const header = `${colors.bold("Outlay")}  ${colors.dim(formatPeriod(period))}`;
  if ((totals.totals.calls ?? 0) === 0) {
    return [
      header,
      "",
      "No calls in this period.",
      colors.dim("Try --period all, or see example data with: outlay demo"),
    ];
  }
  return [
    header,
    "",
    ...cards(dashboard, context),
    ...(totals.meta.unpriced.calls > 0
      ? ["", ...wrapText(unpricedNote(totals.meta.unpriced), width).map(colors.yellow)]
      : []),
    ...(charges.totalUsd === 0 ? [] : ["", ...wrapText(chargesLine(charges), width)]),
    ...shares("By model", "model", dashboard.byModel, context),
    ...shares("By agent", "agent", dashboard.byAgent, context),
    ...times(dashboard.byTime, context),
    "",
    colors.bold("Recent calls"),
    ...drawTable(callTable(dashboard.recent.events, { timeZone: period.timeZone, width }), { width, colors }),
  ];
}

/** The figures on top: a name, a value, and what belongs to it. */
function cards({ totals: answer, projection }: Dashboard, context: CliContext): string[] {
  const { totals, comparison } = answer;
  const change = comparison?.change.cost;
  const before = comparison === undefined ? "" : `before: ${formatUsd(comparison.totals.cost)}`;
  const all = [
    ["Cost", formatUsd(totals.cost), [changeText(change), before].filter(Boolean).join("  ")],
    ["This month", formatUsd(projection.spent), `by its end: ${formatUsd(projection.projectedMonthEnd)}`],
    ["Calls", formatCount(totals.calls), `${formatRatio(totals.successRate)} succeeded`],
    ["Tokens", formatTokens(totals.tokens), `${formatTokens(totals.tokensPerCall)} a call`],
    ["Latency", formatDuration(totals.avgDurationMs), `95 %: ${formatDuration(totals.p95DurationMs)}`],
    ["Saved by caches", formatUsd(totals.cacheSavings), `${formatUsd(totals.costPerCall)} a call`],
  ];
  return cardLines(all, context);
}

/** As many beside each other as fit. */
function cardLines(figures: string[][], { colors, columns }: CliContext): string[] {
  const lines: string[] = [];
  let group: string[][] = [];
  const flush = () => {
    const line = (index: number) =>
      group
        .map((card) => padRight(card[index]!, widthOf(card)))
        .join("")
        .trimEnd();
    if (lines.length > 0) lines.push("");
    lines.push(colors.dim(line(0)), colors.bold(line(1)), colors.dim(line(2)));
    group = [];
  };
  for (const card of figures) {
    const width = [...group, card].reduce((sum, one) => sum + widthOf(one), 0);
    if (group.length > 0 && width > columns()) flush();
    group.push(card);
  }
  flush();
  return lines;
}

function widthOf(card: string[]): number {
  return Math.max(...card.map(textWidth)) + 4;
}

function changeText(ratio: number | null | undefined): string {
  if (ratio === null || ratio === undefined) return "";
  if (Math.abs(ratio) < 0.0005) return "unchanged";
  return `${ratio > 0 ? "▲" : "▼"} ${formatRatio(Math.abs(ratio))}`;
}

function chargesLine({ totalUsd, byKind }: ChargesAnswer): string {
  const kinds = Object.entries(byKind).map(([kind, usd]) => `${kind.replaceAll("_", " ")} ${formatUsd(usd)}`);
  return `Beside usage: ${formatUsd(totalUsd)} in charges (${kinds.join(", ")})`;
}

function shares(title: string, dimension: string, answer: BreakdownAnswer, context: CliContext): string[] {
  const rows = answer.rows.map((row) => [nameOf(row, dimension), costOf(row), row["share"], row["calls"]] as const);
  const most = Math.max(0, ...rows.map(([, cost]) => cost ?? 0));
  const barColumns = barWidth(context);
  return section(title, context, {
    columns: [
      { header: title, align: "left" },
      { header: "Cost", align: "point" },
      { header: "Share", align: "right" },
      { header: "Calls", align: "right" },
      { header: "", align: "left" },
    ],
    rows: rows.map(([name, cost, share, calls]) => [
      name,
      formatUsd(cost),
      typeof share === "number" ? formatRatio(share) : UNKNOWN,
      formatCount(typeof calls === "number" ? calls : null),
      drawBar((cost ?? 0) / most, barColumns),
    ]),
  });
}

function times(answer: QueryAnswer, context: CliContext): string[] {
  const unit = answer.query.by[0] ?? "day";
  const title = `By ${unit}`;
  const most = Math.max(0, ...answer.rows.map((row) => costOf(row) ?? 0));
  const barColumns = barWidth(context);
  return section(title, context, {
    columns: [
      { header: title, align: "left" },
      { header: "Cost", align: "point" },
      { header: "Calls", align: "right" },
      { header: "", align: "left" },
    ],
    rows: answer.rows.map((row) => {
      const label = String(row[unit]);
      const open = answer.meta.unfinished.includes(label) ? " *" : "";
      return [
        unit === "hour" ? label.slice(11, 16) + open : label + open,
        formatMetric("cost", costOf(row)),
        formatCount(typeof row["calls"] === "number" ? row["calls"] : null),
        drawBar((costOf(row) ?? 0) / most, barColumns),
      ];
    }),
  });
}

function section(title: string, context: CliContext, table: { columns: Column[]; rows: string[][] }): string[] {
  if (table.rows.length === 0) return ["", context.colors.bold(title), context.colors.dim("nothing")];
  const { colors } = context;
  const [header, , ...rows] = drawTable(table, { width: context.columns(), colors });
  return ["", header!, ...rows.map((row) => row.replace(/[█▏▎▍▌▋▊▉]+$/u, (bar) => colors.cyan(bar)))];
}

function barWidth(context: CliContext): number {
  return Math.max(6, Math.min(40, context.columns() - 66));
}

function nameOf(row: Row, dimension: string): string {
  if (row["other"] === true) return "(other)";
  return typeof row[dimension] === "string" ? row[dimension] : "(none)";
}

function costOf(row: Row): number | null {
  return typeof row["cost"] === "number" ? row["cost"] : null;
}
