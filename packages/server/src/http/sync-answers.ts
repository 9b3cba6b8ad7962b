import { z } from "zod";
import type { SyncConnection } from "../sync/sync.ts";
import type { SyncProblem } from "../sync/sync-state.ts";
import { dayName } from "../sync/utc-day.ts";
import { instantOrNull, instantText } from "./instant-text.ts";

/* Shapes of what is answered about connections to providers, and how they are made. */

const instant = z.string().nullable().meta({ format: "date-time" });
const problem = z
  .strictObject({ code: z.string(), message: z.string(), at: z.string() })
  .nullable()
  .meta({ description: "null: the last run had none" });

export const connectionAnswer = z
  .strictObject({
    id: z.string(),
    provider: z.string(),
    title: z.string(),
    name: z.string(),
    enabled: z.boolean(),
    everyHours: z.number().int(),
    since: z.string().nullable(),
    settings: z.record(z.string(), z.string()),
    recorded: z.array(z.string()),
    lastFour: z.string().meta({ description: "The end of its key; empty: it has none" }),
    readable: z.boolean().meta({ description: "False: the key was encrypted with another secret; enter it again" }),
    fromFiles: z.boolean().meta({ description: "Its costs come from exported files" }),
    running: z.boolean(),
    startedAt: instant.meta({ description: "Of the last run" }),
    endedAt: instant,
    goodAt: instant.meta({ description: "End of the last run without a problem" }),
    nextRunAt: instant.meta({ description: "null: as soon as possible, or never by itself" }),
    failures: z.number().int().meta({ description: "Runs with a problem, one after the other until now" }),
    problem,
    requests: z.number().int().meta({ description: "Of the last run" }),
    rows: z.number().int().meta({ description: "Fetched by the last run" }),
    series: z.array(
      z.strictObject({
        name: z.string(),
        firstDay: z.string().nullable(),
        coveredTo: z.string().nullable().meta({ description: "UTC day before which everything has been fetched" }),
        problem,
        note: z.string().nullable(),
      }),
    ),
    balance: z
      .strictObject({
        at: z.string(),
        currency: z.string(),
        remaining: z.string().nullable(),
        used: z.string().nullable(),
        note: z.string(),
      })
      .nullable(),
  })
  .meta({ id: "SyncConnection" });

export function connectionOf(connection: SyncConnection): z.input<typeof connectionAnswer> {
  const { id, provider, title, name, enabled, everyHours, since, settings, recorded, lastFour, readable } = connection;
  const { isExport, isRunning, state } = connection;
  const canRun = enabled && !isExport;
  return {
    id,
    provider,
    title,
    name,
    enabled,
    everyHours,
    since,
    settings,
    recorded,
    lastFour,
    readable,
    fromFiles: isExport,
    running: isRunning,
    startedAt: instantOrNull(state.startedAtMs),
    endedAt: instantOrNull(state.endedAtMs),
    goodAt: instantOrNull(state.goodAtMs),
    nextRunAt: canRun ? instantOrNull(state.nextRunAtMs) : null,
    failures: state.failures,
    problem: problemAnswer(state.problem),
    requests: state.requests,
    rows: state.rows,
    series: Object.entries(state.series).map(([series, { firstMs, coveredToMs, note, problem: failed }]) => ({
      name: series,
      firstDay: dayOf(firstMs),
      coveredTo: dayOf(coveredToMs),
      problem: problemAnswer(failed),
      note,
    })),
    balance: balanceAnswer(state.balance),
  };
}

function balanceAnswer(balance: SyncConnection["state"]["balance"]) {
  if (balance === null) return null;
  const { atMs, currency, remaining, used, note } = balance;
  return { at: instantText(atMs), currency, remaining, used, note };
}

function problemAnswer(problemOf: SyncProblem | null) {
  if (problemOf === null) return null;
  const { code, message, atMs } = problemOf;
  return { code, message, at: instantText(atMs) };
}

function dayOf(ms: number | null): string | null {
  return ms === null ? null : dayName(ms);
}
