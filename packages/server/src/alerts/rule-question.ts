import type { QueryAnswer, QueryParams } from "../ledger/answers.ts";
import { ask } from "../ledger/ask.ts";
import { parseFilters } from "../ledger/filters.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { parseQuestion } from "../ledger/question.ts";

/** Whose calls a rule is about, and in whose days. */
export interface RuleScope {
  filters: string[];
  timeZone: string | null;
}

/** Start included, end excluded. */
interface TimeRange {
  startMs: number;
  endMs: number;
}

const QUARTER_HOUR_MS = 900_000;
/** Raw events that one look may read where no kept sum answers it: it comes again and again. */
const SCAN_LIMIT = 500_000;

/**
 * Asks about the calls of a rule, in the one question language. Single values only, such as `{ metrics: "cost", period: "today" }`.
 * InvalidInput `scan_too_large` where half a million events would have to be read.
 */
export function askAbout(ledger: Ledger, scope: RuleScope, question: Record<string, string>): Promise<QueryAnswer> {
  const params: QueryParams = { filter: scope.filters, tz: [zoneOf(ledger, scope)] };
  for (const [name, value] of Object.entries(question)) params[name] = [value];
  const asked = parseQuestion(params, { now: ledger.now(), timeZone: ledger.timeZone });
  return ask(ledger, asked, { scanLimit: SCAN_LIMIT });
}

export function zoneOf(ledger: Ledger, scope: Pick<RuleScope, "timeZone">): string {
  return scope.timeZone ?? ledger.timeZone;
}

/** The time up to now as parameters, its start on a quarter-hour so that kept sums answer it. */
export function lastMs(ledger: Ledger, lengthMs: number): { from: string; to: string } {
  const endMs = Math.ceil((ledger.now() + 1) / QUARTER_HOUR_MS) * QUARTER_HOUR_MS;
  return { from: new Date(endMs - lengthMs).toISOString(), to: new Date(endMs).toISOString() };
}

/** The users whose calls alone the filters keep; null: others' too. */
export function usersIn(filters: string[]): string[] | null {
  const users = parseFilters(filters).find((filter) => filter.dimension === "user" && !filter.exclude);
  if (users === undefined || users.patterns.length > 0) return null;
  const named = users.values.filter((value) => value !== null);
  return named.length === users.values.length ? named : null;
}

/** The stretch of time that an answer is about. */
export function askedRange({ query: { period } }: Pick<QueryAnswer, "query">): TimeRange {
  return { startMs: Date.parse(period.start), endMs: Date.parse(period.end) };
}

/**
 * The page of the dashboard with these calls, in a stretch of time that does not move: who opens it tomorrow sees what it was
 * about.
 */
export function linkTo(filters: string[], { startMs, endMs }: TimeRange, page: "/" | "/calls" = "/"): string {
  const query = new URLSearchParams([
    ...filters.map((text): [string, string] => ["filter", text]),
    ["from", new Date(startMs).toISOString()],
    ["to", new Date(endMs).toISOString()],
  ]);
  return `${page}?${query}`;
}
