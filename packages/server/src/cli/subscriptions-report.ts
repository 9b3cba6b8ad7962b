import { roundUsd } from "@outlay/core";
import type { ToldLimits } from "../insights/plan-limits.ts";
import type { CliContext } from "./context.ts";
import { drawBar } from "./draw/bar.ts";
import { printable } from "./draw/text-width.ts";
import { formatCount, formatPeriod, formatUsd, UNKNOWN } from "./draw/values.ts";
import { planLimitLines } from "./plan-limit-lines.ts";
import { printTable } from "./print-answer.ts";

/** What of `GET /api/v1/subscriptions/report` is printed. */
export interface SubscriptionsReport {
  query: { period: { name?: string; start: string; end: string; timeZone: string } };
  fees: { spreadUsd: number; paidUsd: number | null; chargesUsd: number };
  metered: { usd: number | null; calls: number | null; unpricedCalls: number | null };
  value: { usd: number; calls: number; unpricedCalls: number } | null;
  otherChargesUsd: number;
  moneyUsd: number | null;
  subscriptions: {
    name: string;
    fee: { spreadUsd: number; paidUsd: number | null };
    metered: { usd: number | null };
    value: { usd: number; calls: number; unpricedCalls: number } | null;
    daysUsed: number | null;
    worth: Worth;
    suggestions: { sentence: string; savesUsd: number }[];
    seats: { paid: number; assigned: number; used: number | null };
    limits: ToldLimits[];
    people: { user: string; feeUsd: number; value: { usd: number } | null; daysUsed: number | null; worth: Worth }[];
  }[];
  renewals: { subscription: { name: string }; on: string; inDays: number; amountUsd: number }[];
  sameCharges: unknown[];
  budget: {
    amountUsd: number;
    feesUsd: number;
    meteredUsd: number | null;
    otherChargesUsd: number;
    usedUsd: number | null;
    usedPercent: number | null;
  } | null;
  otherLimits: ToldLimits[];
}

interface Worth {
  verdict: string;
  valuePerDollar: number | null;
  sentence: string;
}

/** Three figures for each plan, its people, what could be better, what is renewed, and the month's budget. */
export async function printSubscriptionsReport(context: CliContext, report: SubscriptionsReport): Promise<void> {
  const { colors } = context;
  const allFees = roundUsd(report.fees.spreadUsd + report.fees.chargesUsd);
  await context.print(colors.dim(formatPeriod(report.query.period)), "");
  await printTable(context, {
    columns: [
      { header: "Subscription", align: "left" },
      { header: "Fee", align: "point" },
      { header: "Metered", align: "point" },
      { header: "Value, no money", align: "point" },
      { header: "Days used", align: "right" },
      { header: "Seats used", align: "right" },
      { header: "Worth it?", align: "left" },
    ],
    rows: rowsOf(report),
    totals: [
      "All, with calls that no plan covers",
      formatUsd(allFees),
      formatUsd(report.metered.usd),
      formatUsd(report.value?.usd),
      "",
      "",
      "",
    ],
  });
  await context.print(
    "",
    `Fees ${formatUsd(allFees)}, metered ${formatUsd(report.metered.usd)} and other charges ${formatUsd(report.otherChargesUsd)} are ${colors.bold(formatUsd(report.moneyUsd))} of real money. Value is what covered calls would have cost at list price.`,
  );
  const unpriced = (report.metered.unpricedCalls ?? 0) + (report.value?.unpricedCalls ?? 0);
  if (unpriced > 0) {
    const what = unpriced === 1 ? "1 call has" : `${formatCount(unpriced)} calls have`;
    await context.print(colors.yellow(`unpriced: ${what} no known price, and are neither in metered nor in value`));
  }
  const same = report.sameCharges.length;
  if (same > 0) {
    const what = same === 1 ? "1 charge entered by hand says" : `${same} charges entered by hand say`;
    await context.print(colors.dim(`${what} the same as a subscription, not counted again.`));
  }
  await printLimits(context, report);
  await printAdvice(context, report);
  await printRenewals(context, report);
  await printBudget(context, report.budget);
}

function rowsOf({ subscriptions, fees }: SubscriptionsReport): string[][] {
  const rows = subscriptions.flatMap(({ name, fee, metered: beyond, value, daysUsed, seats, worth, people }) => [
    [
      name,
      formatUsd(fee.spreadUsd),
      formatUsd(beyond.usd),
      formatUsd(value?.usd),
      formatCount(daysUsed),
      seats.used === null ? `${UNKNOWN} of ${seats.paid}` : `${seats.used} of ${seats.paid}`,
      verdictOf(worth),
    ],
    ...people.map((person) => [
      `  ${person.user}`,
      formatUsd(person.feeUsd),
      "",
      formatUsd(person.value?.usd),
      formatCount(person.daysUsed),
      "",
      verdictOf(person.worth),
    ]),
  ]);
  if (fees.chargesUsd !== 0) rows.push(["Entered as charges", formatUsd(fees.chargesUsd), "", "", "", "", ""]);
  return rows;
}

const VERDICTS: Record<string, string> = {
  worth_it: "yes",
  below_fee: "no",
  unused: "not used",
  no_fee: "free",
  too_early: "too early to say",
  unknown: "not known",
};

function verdictOf({ verdict, valuePerDollar }: Worth): string {
  const word = VERDICTS[verdict] ?? verdict;
  return valuePerDollar === null || verdict === "unused"
    ? word
    : `${word}, ${valuePerDollar.toFixed(2)} for each dollar`;
}

async function printLimits(context: CliContext, { subscriptions, otherLimits }: SubscriptionsReport): Promise<void> {
  const groups = [
    ...subscriptions.map(({ name, limits }) => ({ name, limits })),
    { name: "Tools that no plan covers", limits: otherLimits },
  ].filter(({ limits }) => limits.length > 0);
  if (groups.length === 0) return;
  await context.print("", context.colors.bold("Limits of plans, as their providers told the tools"));
  for (const { name, limits } of groups) {
    await context.print(printable(name), ...planLimitLines(context, limits).map((line) => `  ${line}`));
  }
}

async function printAdvice(context: CliContext, { subscriptions }: SubscriptionsReport): Promise<void> {
  const lines = subscriptions.flatMap(({ name, suggestions }) =>
    suggestions.map(({ sentence }) => `${printable(name)}: ${printable(sentence)}`),
  );
  if (lines.length > 0) await context.print("", ...lines.map((line) => context.colors.yellow(line)));
}

async function printRenewals(context: CliContext, { renewals }: SubscriptionsReport): Promise<void> {
  if (renewals.length === 0) return;
  await context.print("", context.colors.bold("Renewed in the next thirty days"));
  for (const { subscription, on, inDays, amountUsd } of renewals) {
    const when = inDays === 1 ? "tomorrow" : `in ${inDays} days`;
    await context.print(
      `${on}  ${formatUsd(amountUsd)}  ${printable(subscription.name)} ${context.colors.dim(`(${when})`)}`,
    );
  }
}

async function printBudget(context: CliContext, budget: SubscriptionsReport["budget"]): Promise<void> {
  if (budget === null) {
    return context.print("", context.colors.dim("A budget over all sources: outlay settings set monthlyBudgetUsd 21"));
  }
  const { amountUsd, feesUsd, meteredUsd, otherChargesUsd, usedUsd, usedPercent } = budget;
  const percent = usedPercent === null ? UNKNOWN : `${usedPercent} %`;
  await context.print(
    "",
    `${context.colors.bold("This month")}  ${drawBar((usedPercent ?? 0) / 100, 20)} ${percent} of ${formatUsd(amountUsd)} used: ${formatUsd(usedUsd)}, of it fees ${formatUsd(feesUsd)}, metered ${formatUsd(meteredUsd)}, other charges ${formatUsd(otherChargesUsd)}`,
  );
}
