import type { CostReport } from "./cost-report.ts";
import { change, count, money, notesOf } from "./report-words.ts";

const TOP = 5;

/** What the e-mail itself says: totals, what cost most, and what has to be known besides. */
export function reportMail(report: CostReport, name: string): { subject: string; text: string; html: string } {
  const { title, totals, before, tops, budgets } = report;
  const figures: [string, string][] = [
    ["Cost", against(money(totals.cost), change(totals.cost, before.cost), money(before.cost))],
    ["Calls", against(count(totals.calls), change(totals.calls, before.calls), count(before.calls))],
    ["Tokens", count(totals.tokens)],
    ["Failed", count(totals.errors)],
  ];
  const lists = tops.slice(0, 3).map(({ heading, rows }) => ({
    heading,
    rows: rows
      .filter(({ other }) => !other)
      .slice(0, TOP)
      .map((row): [string, string] => [row.name ?? "(not said)", money(row.cost)]),
  }));
  if (budgets.length > 0) {
    const rows = budgets.map((it): [string, string] => [it.name, `${money(it.spentUsd)} of ${money(it.amountUsd)}`]);
    lists.push({ heading: "Budgets and limits", rows });
  }
  const notes = notesOf(report);
  const text = [
    title,
    "",
    ...figures.map(([label, value]) => `${label}: ${value}`),
    ...lists.flatMap(({ heading, rows }) => ["", heading, ...rows.map(([label, value]) => `  ${label}: ${value}`)]),
    "",
    ...notes,
    "",
    `Scheduled report: ${name}`,
  ].join("\n");
  const html = [
    `<!doctype html><html lang="en"><body style="font:14px/1.5 sans-serif;color:#1d2433;max-width:600px">`,
    `<h1 style="font-size:19px">${escaped(title)}</h1>`,
    tableOf(figures),
    ...lists.map(({ heading, rows }) => `<h2 style="font-size:15px">${escaped(heading)}</h2>${tableOf(rows)}`),
    ...notes.map((note) => `<p style="color:#5c6577;font-size:12px">${escaped(note)}</p>`),
    `<p style="color:#5c6577;font-size:12px">Scheduled report: ${escaped(name)}</p></body></html>`,
  ].join("\n");
  return { subject: `[Outlay] ${title}, ${money(totals.cost)}`, text, html };
}

function against(value: string, changed: string | null, was: string): string {
  return changed === null ? value : `${value} (${changed} against ${was})`;
}

function tableOf(rows: [string, string][]): string {
  const cells = rows.map(
    ([label, value]) =>
      `<tr><td style="padding:2px 24px 2px 0">${escaped(label)}</td><td style="text-align:right">${escaped(value)}</td></tr>`,
  );
  return `<table style="border-collapse:collapse">${cells.join("")}</table>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
