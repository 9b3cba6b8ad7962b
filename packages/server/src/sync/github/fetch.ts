import { z } from "zod";
import { pathPart } from "../no-settings.ts";
import type { FetchContext, ProviderKind, Window } from "../provider-kind.ts";
import { DayTable } from "../reported-row.ts";
import { daysBetween } from "../utc-day.ts";
import { creditRows, creditsAnswer, feeRows, usageAnswer } from "./parse.ts";

const settings = z
  .strictObject({
    organization: pathPart.optional().meta({ description: "Its organisation; the token needs Administration read" }),
    user: pathPart.optional().meta({ description: "Or one user with a plan of their own; the token needs Plan read" }),
  })
  .refine(
    ({ organization, user }) => (organization === undefined) !== (user === undefined),
    "expected organization or user, and not both",
  ) as unknown as z.ZodType<Record<string, string>>;

/** GitHub keeps 24 months. */
const BACK_DAYS = 730;

/** Copilot: AI credits by day and model, and the fees beside them. */
export const github: ProviderKind = {
  name: "github",
  title: "GitHub Copilot",
  key: "a fine-grained token: of an organisation with Administration read, of a user with Plan read",
  baseUrl: "https://api.github.com",
  settings,
  paceMs: 500,
  series: [
    { name: "ai_credits", gives: ["cost"], stepDays: 7, maxBackDays: BACK_DAYS, fetch: readCredits },
    { name: "fees", gives: ["cost"], stepDays: 31, maxBackDays: BACK_DAYS, fetch: readFees },
  ],
};

async function readCredits({ startMs, endMs }: Window, context: FetchContext): Promise<DayTable> {
  const table = new DayTable();
  for (const dayMs of daysBetween(startMs, endMs)) {
    const answer = await ask(context, "ai_credit/usage", partsOf(dayMs), creditsAnswer);
    for (const row of creditRows(answer)) table.add(dayMs, row);
  }
  return table;
}

/** Answers are of whole months; only the days of the window are taken. */
async function readFees({ startMs, endMs }: Window, context: FetchContext): Promise<DayTable> {
  const table = new DayTable();
  const months = new Map(
    daysBetween(startMs, endMs).map((dayMs) => [new Date(dayMs).toISOString().slice(0, 7), dayMs]),
  );
  for (const dayMs of months.values()) {
    const answer = await ask(context, "usage", partsOf(dayMs).slice(0, 2), usageAnswer);
    for (const { dayMs: ofMs, row } of feeRows(answer)) if (ofMs >= startMs && ofMs < endMs) table.add(ofMs, row);
  }
  return table;
}

function ask<T>(context: FetchContext, what: string, query: [string, number][], schema: z.ZodType<T>): Promise<T> {
  const { organization, user = "" } = context.settings;
  const owner = organization === undefined ? `/users/${user}` : `/organizations/${organization}`;
  return context.ask(
    {
      path: `${owner}/settings/billing/${what}`,
      query,
      headers: {
        authorization: `Bearer ${context.key}`,
        accept: "application/vnd.github+json",
        "x-github-api-version": "2026-03-10",
        // GitHub answers nobody without a name
        "user-agent": "outlay",
      },
    },
    schema,
  );
}

function partsOf(dayMs: number): [string, number][] {
  const day = new Date(dayMs);
  return [
    ["year", day.getUTCFullYear()],
    ["month", day.getUTCMonth() + 1],
    ["day", day.getUTCDate()],
  ];
}
