import { BASES, type Basis } from "@outlay/core";
import { SUM_NAMES, type RecordedEvent, type StoredUsage } from "../storage.ts";
import { DIMENSION_CODES, type DimensionCode } from "./cubes.ts";
import type { SqlValue } from "./driver.ts";
import { MEASURE_COUNT } from "./sum-table.ts";

/** Columns of the table `events`, in order. Text is stored as ids of the dictionary. */
export const EVENT_COLUMNS = [
  "seq",
  "id",
  "at",
  "flags",
  "model",
  "requested_model",
  "operation",
  "user",
  "team",
  "project",
  "customer",
  "agent",
  "activity",
  "category",
  "environment",
  "credential",
  "source",
  "service_tier",
  "geo",
  "variant",
  "error_type",
  "session",
  "tag_set",
  "price",
  "trace",
  "span",
  "input",
  "cache_read",
  "cache_write",
  "output",
  "reasoning",
  "cost",
  "computed",
  "reported",
  "savings",
  "avoided",
  "duration_us",
  "ttft_us",
  "attempt",
  "extra",
] as const;
export type EventColumn = (typeof EVENT_COLUMNS)[number];
export type EventRow = SqlValue[];

/** Position of each column in a row. */
export const COL = Object.fromEntries(EVENT_COLUMNS.map((name, index) => [name, index])) as Record<EventColumn, number>;

/** Columns that hold ids of the dictionary of one dimension. */
export const DIMENSION_COLUMNS: { column: EventColumn; code: DimensionCode; field: keyof RecordedEvent }[] = [
  { column: "requested_model", code: DIMENSION_CODES.requestedModel, field: "requestedModel" },
  { column: "operation", code: DIMENSION_CODES.operation, field: "operation" },
  { column: "user", code: DIMENSION_CODES.user, field: "user" },
  { column: "team", code: DIMENSION_CODES.team, field: "team" },
  { column: "project", code: DIMENSION_CODES.project, field: "project" },
  { column: "customer", code: DIMENSION_CODES.customer, field: "customer" },
  { column: "agent", code: DIMENSION_CODES.agent, field: "agent" },
  { column: "activity", code: DIMENSION_CODES.activity, field: "activity" },
  { column: "category", code: DIMENSION_CODES.category, field: "category" },
  { column: "environment", code: DIMENSION_CODES.environment, field: "environment" },
  { column: "credential", code: DIMENSION_CODES.credential, field: "credential" },
  { column: "source", code: DIMENSION_CODES.source, field: "source" },
  { column: "service_tier", code: DIMENSION_CODES.serviceTier, field: "serviceTier" },
  { column: "geo", code: DIMENSION_CODES.geo, field: "geo" },
  { column: "variant", code: DIMENSION_CODES.variant, field: "variant" },
  { column: "error_type", code: DIMENSION_CODES.errorType, field: "errorType" },
  { column: "session", code: DIMENSION_CODES.session, field: "session" },
];

/** Numbers with a column of their own; the others of `usage` travel in `extra`. */
export const USAGE_COLUMNS: { column: EventColumn; field: keyof StoredUsage }[] = [
  { column: "input", field: "inputTokens" },
  { column: "cache_read", field: "cacheReadTokens" },
  { column: "cache_write", field: "cacheWriteTokens" },
  { column: "output", field: "outputTokens" },
  { column: "reasoning", field: "reasoningTokens" },
];

const SUCCESS = 1;
const STREAMING_SAID = 2;
const STREAMING = 4;
const CACHE_HIT_SAID = 8;
const CACHE_HIT = 16;
const APPROXIMATE = 32;
/** The computed cost equals the cost that counts; its column is empty then. */
export const COMPUTED_IS_COST = 64;
const BASIS_SHIFT = 7;

export function flagsOf(event: RecordedEvent): number {
  return (
    (event.success ? SUCCESS : 0) |
    (event.streaming === undefined ? 0 : STREAMING_SAID | (event.streaming ? STREAMING : 0)) |
    (event.cacheHit === undefined ? 0 : CACHE_HIT_SAID | (event.cacheHit ? CACHE_HIT : 0)) |
    ratingFlags(event)
  );
}

interface RatingParts {
  approximate: boolean;
  basis: Basis;
  costNanoUsd: number | null;
  computedNanoUsd: number | null;
}

function ratingFlags(rating: RatingParts): number {
  const computedIsCost = rating.computedNanoUsd !== null && rating.computedNanoUsd === rating.costNanoUsd;
  return (
    (rating.approximate ? APPROXIMATE : 0) |
    (computedIsCost ? COMPUTED_IS_COST : 0) |
    (BASES.indexOf(rating.basis) << BASIS_SHIFT)
  );
}

/** The flags with another rating in them. */
export function withRating(flags: number, rating: RatingParts): number {
  return (flags & (SUCCESS | STREAMING_SAID | STREAMING | CACHE_HIT_SAID | CACHE_HIT)) | ratingFlags(rating);
}

export function readFlags(flags: number): {
  success: boolean;
  streaming: boolean | undefined;
  cacheHit: boolean | undefined;
  approximate: boolean;
  basis: Basis;
} {
  return {
    success: (flags & SUCCESS) !== 0,
    streaming: flags & STREAMING_SAID ? (flags & STREAMING) !== 0 : undefined,
    cacheHit: flags & CACHE_HIT_SAID ? (flags & CACHE_HIT) !== 0 : undefined,
    approximate: (flags & APPROXIMATE) !== 0,
    basis: BASES[flags >> BASIS_SHIFT] as Basis,
  };
}

/** Index into BASES: 0 (rated) is the rest that no rollup row is kept for. */
export const basisId = (flags: number): number => flags >> BASIS_SHIFT;
/** 1 for a failed call, 0 for the rest. */
export const statusId = (flags: number): number => (flags & SUCCESS ? 0 : 1);

const M = Object.fromEntries(SUM_NAMES.map((name, index) => [name, index])) as Record<
  (typeof SUM_NAMES)[number],
  number
>;

/** Columns that the measures of an event are made of. */
export const MEASURE_COLUMNS: EventColumn[] = [
  "flags",
  "input",
  "cache_read",
  "cache_write",
  "output",
  "reasoning",
  "cost",
  "savings",
  "avoided",
  "duration_us",
  "attempt",
];

/** What one event adds to the sums. `at` says where each measure column is in the row. */
export function measuresOf(row: SqlValue[], at: Record<EventColumn, number>, into: Float64Array): Float64Array {
  const flags = row[at.flags] as number;
  const cost = row[at.cost] as number | null;
  const input = (row[at.input] as number | null) ?? 0;
  const output = (row[at.output] as number | null) ?? 0;
  const duration = row[at.duration_us] as number | null;
  into[M.calls] = 1;
  into[M.errors] = flags & SUCCESS ? 0 : 1;
  into[M.costNanoUsd] = cost ?? 0;
  into[M.inputTokens] = input;
  into[M.cacheReadTokens] = (row[at.cache_read] as number | null) ?? 0;
  into[M.cacheWriteTokens] = (row[at.cache_write] as number | null) ?? 0;
  into[M.outputTokens] = output;
  into[M.reasoningTokens] = (row[at.reasoning] as number | null) ?? 0;
  into[M.cacheSavingsNanoUsd] = row[at.savings] as number;
  into[M.avoidedNanoUsd] = row[at.avoided] as number;
  into[M.unpricedCalls] = cost === null ? 1 : 0;
  into[M.unpricedTokens] = cost === null ? input + output : 0;
  into[M.estimatedCalls] = basisId(flags) === ESTIMATED ? 1 : 0;
  into[M.retries] = ((row[at.attempt] as number | null) ?? 0) > 1 ? 1 : 0;
  into[M.durationUs] = duration ?? 0;
  into[M.durationCalls] = duration === null ? 0 : 1;
  return into;
}

const ESTIMATED = BASES.indexOf("estimated");

export const newMeasures = (): Float64Array => new Float64Array(MEASURE_COUNT);
