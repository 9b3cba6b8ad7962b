import type { BreakdownAnswer, EventAnswer, QueryAnswer, Row } from "../ledger/answers.ts";
import { callTable } from "./call-table.ts";
import type { Colors } from "./draw/colors.ts";
import { drawBar } from "./draw/bar.ts";
import { drawTable } from "./draw/table.ts";
import { printable, truncateText } from "./draw/text-width.ts";
import { formatCount, formatPeriod, formatTokens, formatUsd } from "./draw/values.ts";
import { unpricedNote } from "./metric-table.ts";

/** What the live dashboard knows at a moment. */
export interface LiveView {
  totals: QueryAnswer;
  byModel: BreakdownAnswer;
  byAgent: BreakdownAnswer;
  budgets: { name: string; spentUsd: number; amountUsd: number; usedPercent: number }[];
  /** Newest first. */
  recent: EventAnswer[];
  /** Of the calls of the last minute. */
  lastMinute: { costUsd: number; calls: number };
  where: string;
  /** In words, when the stream is not open. */
  trouble: string | null;
}

const MOST_BUDGETS = 4;
const MOST_SHARES = 5;
const BAR_COLUMNS = 12;

/** The lines of the screen: never more than `height`, never wider than `width`. What matters most stays when there is little room. */
export function drawLive(
  view: LiveView,
  { width, height, colors }: { width: number; height: number; colors: Colors },
): string[] {
  const { totals, recent, trouble } = view;
  const footer =
    trouble === null
      ? colors.dim(cut(`q quits · r asks again · ${view.where}`, width))
      : colors.yellow(cut(trouble, width));
  const parts = [
    [cut(`Outlay live · ${formatPeriod(totals.query.period)}`, width), "", cut(figures(view), width)].map(
      (line, index) => (index === 0 ? colors.bold(line) : line),
    ),
    budgetLines(view, width, colors),
    shareLines("Models", "model", view.byModel, { width, colors }),
    shareLines("Agents", "agent", view.byAgent, { width, colors }),
  ];
  const room = height - 1;
  const lines: string[] = [];
  for (const part of parts) {
    if (part.length === 0 || lines.length + part.length + 1 > room) continue;
    lines.push(...part, "");
  }
  // header, rule, and at least one call
  const left = room - lines.length;
  if (left >= 3 && recent.length > 0) {
    const timeZone = totals.query.period.timeZone;
    lines.push(...drawTable(callTable(recent.slice(0, left - 2), { timeZone, width }), { width, colors }));
  }
  while (lines.length < room) lines.push("");
  return [...lines.slice(0, room), footer];
}

function figures({ totals: { totals, meta }, lastMinute }: LiveView): string {
  const failed = (totals.errors ?? 0) > 0 ? `   ${formatCount(totals.errors)} failed` : "";
  const unpriced = meta.unpriced.calls > 0 ? `   ${unpricedNote(meta.unpriced)}` : "";
  return `${formatUsd(totals.cost)}   ${formatCount(totals.calls)} ${totals.calls === 1 ? "call" : "calls"}   ${formatTokens(totals.tokens)} tokens   last minute ${formatUsd(lastMinute.costUsd)} (${formatCount(lastMinute.calls)})${failed}${unpriced}`;
}

function budgetLines({ budgets }: LiveView, width: number, colors: Colors): string[] {
  return budgets.slice(0, MOST_BUDGETS).map(({ name, spentUsd, amountUsd, usedPercent }) => {
    const line = `${drawBar(usedPercent / 100, BAR_COLUMNS).padEnd(BAR_COLUMNS)} ${usedPercent.toFixed(0).padStart(3)} %  ${formatUsd(spentUsd)} of ${formatUsd(amountUsd)}  ${printable(name)}`;
    const cutLine = cut(line, width);
    return usedPercent >= 100 ? colors.red(cutLine) : usedPercent >= 80 ? colors.yellow(cutLine) : cutLine;
  });
}

function shareLines(
  title: string,
  dimension: string,
  answer: BreakdownAnswer,
  { width, colors }: { width: number; colors: Colors },
): string[] {
  if (answer.rows.length === 0) return [];
  const rows = answer.rows
    .slice(0, MOST_SHARES)
    .map((row) => [nameOf(row, dimension), formatUsd(numberOf(row["cost"])), formatCount(numberOf(row["calls"]))]);
  const [header, , ...lines] = drawTable(
    {
      columns: [
        { header: title, align: "left" },
        { header: "Cost", align: "point" },
        { header: "Calls", align: "right" },
      ],
      rows,
    },
    { width, colors },
  );
  return [header!, ...lines];
}

function nameOf(row: Row, dimension: string): string {
  if (row["other"] === true) return "(other)";
  return typeof row[dimension] === "string" ? row[dimension] : "(none)";
}

function numberOf(value: Row[string] | undefined): number | null {
  return typeof value === "number" ? value : null;
}

function cut(line: string, width: number): string {
  return truncateText(line, width);
}
