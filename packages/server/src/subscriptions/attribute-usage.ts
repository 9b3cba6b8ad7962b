import { InvalidInput, patternTest, type Dimension } from "@outlay/core";
import { SCAN_LIMIT } from "../ledger/ask.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { canonicalProvider } from "../prices/canonical-provider.ts";
import type { Filter, SumRow, Sums } from "../storage/storage.ts";
import { startOfDate } from "./calendar.ts";
import type { Span } from "./spread-fee.ts";
import { coversCalls, isPersonal, type Subscription } from "./subscription.ts";
import { runsUntilMs } from "./terms.ts";

/** What calls add up to. */
export interface Use {
  costNanoUsd: bigint;
  calls: bigint;
  tokens: bigint;
  unpricedCalls: bigint;
}

/** Calls that a question has summed up: of one stretch, and alike in all that coverage looks at. */
export interface Cell extends Use {
  /** Begin of its stretch. */
  startMs: number;
  /** undefined: of those that no subscription names, or of nobody. */
  user: string | undefined;
  source: string;
  provider: string;
  model: string | null;
}

/** Each call in exactly one of these. */
export interface AttributedUsage {
  /** By id of the subscription. */
  covered: Map<string, Cell[]>;
  uncovered: Cell[];
  /** Whether all stretches begin at the cuts; those of people always do. */
  isFine: boolean;
}

/**
 * Which calls each subscription has paid for, decided when it is asked, so that coverage may be corrected for the past. A call counts
 * once: for the subscription that names its user, then for the one that began first.
 *
 * Stretches begin at `cutsMs` where that can be told. InvalidInput `raw_events_expired` when single events would have
 * to be read that are gone, `scan_too_large` when they are too many.
 */
export async function attributeUsage(
  ledger: Ledger,
  subscriptions: readonly Subscription[],
  range: Span & { cutsMs: readonly number[] },
): Promise<AttributedUsage> {
  const covers = subscriptions
    .filter(coversCalls)
    .map((subscription) => coverOf(subscription, ledger.timeZone))
    .toSorted(byPrecedence);
  const changes = covers.flatMap(changesOf);
  const by: Dimension[] = ["source", "provider"];
  if (covers.some(({ models }) => models.length > 0)) by.push("model");
  const users = [...new Set(covers.flatMap((cover) => cover.people.map(({ user }) => user)))];
  // The parts before the whole: what arrives in between is then with the rest, and nothing is counted below zero.
  const named =
    users.length === 0 ? [] : await cellsOf(ledger, range, ["user", ...by], [...changes, ...range.cutsMs], users);
  const cuts = covers.some(({ isForAll }) => isForAll) ? range.cutsMs : [];
  const whole = await wholeCells(ledger, range, by, changes, cuts);
  return { ...share(covers, named, withoutNamed(whole.cells, named)), isFine: whole.isFine };
}

/** Cut where that can be told, else only at changes of coverage. */
async function wholeCells(
  ledger: Ledger,
  span: Span,
  by: Dimension[],
  changes: number[],
  cutsMs: readonly number[],
): Promise<{ cells: Cell[]; isFine: boolean }> {
  if (cutsMs.length > 0) {
    try {
      return { cells: await cellsOf(ledger, span, by, [...changes, ...cutsMs], null), isFine: true };
    } catch (error) {
      if (!isExpired(error)) throw error;
    }
  }
  return { cells: await cellsOf(ledger, span, by, changes, null), isFine: false };
}

/** Single events would have to be read that have expired. */
export function isExpired(error: unknown): boolean {
  return error instanceof InvalidInput && error.code === "raw_events_expired";
}

/** A subscription as calls meet it. */
interface Cover {
  subscription: Subscription;
  run: Span;
  /** Everybody's calls are covered. */
  isForAll: boolean;
  people: (Span & { user: string })[];
  sources: Set<string>;
  providers: Set<string>;
  models: ((model: string) => boolean)[];
}

function coverOf(subscription: Subscription, serverTimeZone: string): Cover {
  const timeZone = subscription.timeZone ?? serverTimeZone;
  const run = {
    startMs: startOfDate(timeZone, subscription.start),
    endMs: runsUntilMs(subscription, serverTimeZone),
  };
  const { people, covers } = subscription;
  return {
    subscription,
    run,
    isForAll: !isPersonal(subscription),
    people: [
      ...covers.users.map((user) => ({ user, ...run })),
      ...people.map(({ user, from, to }) => ({
        user,
        startMs: from === null ? run.startMs : Math.max(run.startMs, startOfDate(timeZone, from)),
        endMs: to === null ? run.endMs : Math.min(run.endMs, startOfDate(timeZone, to)),
      })),
    ],
    sources: new Set(covers.sources),
    providers: new Set(covers.providers.map(canonicalProvider)),
    models: covers.models.map(patternTest),
  };
}

function byPrecedence(one: Cover, other: Cover): number {
  return (
    Number(one.isForAll) - Number(other.isForAll) ||
    one.run.startMs - other.run.startMs ||
    one.subscription.createdAtMs - other.subscription.createdAtMs ||
    one.subscription.id.localeCompare(other.subscription.id)
  );
}

/** Where who is covered changes. */
function changesOf({ run, people }: Cover): number[] {
  return [run, ...people].flatMap(({ startMs, endMs }) => [startMs, endMs]);
}

function fits(cover: Cover, { startMs, user, source, provider, model }: Cell): boolean {
  if (startMs < cover.run.startMs || startMs >= cover.run.endMs) return false;
  if (cover.sources.size > 0 && !cover.sources.has(source)) return false;
  if (cover.providers.size > 0 && !cover.providers.has(canonicalProvider(provider))) return false;
  if (cover.models.length > 0 && !cover.models.some((matches) => matches(model ?? ""))) return false;
  return (
    cover.isForAll ||
    cover.people.some((person) => person.user === user && startMs >= person.startMs && startMs < person.endMs)
  );
}

function share(covers: Cover[], ...cells: Cell[][]): Omit<AttributedUsage, "isFine"> {
  const covered = new Map<string, Cell[]>(covers.map(({ subscription }) => [subscription.id, []]));
  const uncovered: Cell[] = [];
  for (const cell of cells.flat()) {
    const cover = covers.find((one) => fits(one, cell));
    (cover === undefined ? uncovered : covered.get(cover.subscription.id)!).push(cell);
  }
  return { covered, uncovered };
}

async function cellsOf(
  ledger: Ledger,
  span: Span,
  by: Dimension[],
  cutsMs: number[],
  users: string[] | null,
): Promise<Cell[]> {
  if (span.endMs <= span.startMs) return [];
  const inside = cutsMs.filter((cut) => cut > span.startMs && cut < span.endMs);
  const bucketStartsMs = [...new Set([span.startMs, ...inside])].toSorted((a, b) => a - b);
  const filters: Filter[] = users === null ? [] : [{ dimension: "user", values: users, patterns: [], exclude: false }];
  const { startMs, endMs } = span;
  const { rows } = await ledger.storage.sum({ startMs, endMs, bucketStartsMs, by, filters, scanLimit: SCAN_LIMIT });
  return rows.map((row) => cellOf(row, by, bucketStartsMs[row.bucket]!));
}

function cellOf({ key, sums }: SumRow, by: Dimension[], startMs: number): Cell {
  const value = (dimension: Dimension) => key[by.indexOf(dimension)] ?? null;
  return {
    startMs,
    user: by.includes("user") ? (value("user") ?? undefined) : undefined,
    source: value("source") ?? "",
    provider: value("provider") ?? "",
    model: value("model"),
    ...useOf(sums),
  };
}

function useOf(sums: Sums): Use {
  const { costNanoUsd, calls, unpricedCalls, inputTokens, outputTokens } = sums;
  return { costNanoUsd, calls, tokens: inputTokens + outputTokens, unpricedCalls };
}

/** The cells of everybody without what those who are named have used. */
function withoutNamed(cells: Cell[], named: Cell[]): Cell[] {
  const starts = [...new Set(cells.map(({ startMs }) => startMs))].toSorted((a, b) => a - b);
  const used = Map.groupBy(named, (cell) => {
    // cells of people may be finer: days lie within the stretch that began last before them
    const start = starts.findLast((one) => one <= cell.startMs);
    return keyOf(cell, start ?? cell.startMs);
  });
  return cells.map((cell) => minus(cell, used.get(keyOf(cell, cell.startMs)) ?? [])).filter(({ calls }) => calls > 0n);
}

function keyOf({ source, provider, model }: Cell, startMs: number): string {
  return JSON.stringify([startMs, source, provider, model]);
}

function minus(cell: Cell, parts: Cell[]): Cell {
  const rest = { ...cell };
  for (const part of parts) {
    rest.costNanoUsd -= part.costNanoUsd;
    rest.calls -= part.calls;
    rest.tokens -= part.tokens;
    rest.unpricedCalls -= part.unpricedCalls;
  }
  return rest;
}

export function sumOf(cells: readonly Use[]): Use {
  const sum: Use = { costNanoUsd: 0n, calls: 0n, tokens: 0n, unpricedCalls: 0n };
  for (const cell of cells) {
    sum.costNanoUsd += cell.costNanoUsd;
    sum.calls += cell.calls;
    sum.tokens += cell.tokens;
    sum.unpricedCalls += cell.unpricedCalls;
  }
  return sum;
}
