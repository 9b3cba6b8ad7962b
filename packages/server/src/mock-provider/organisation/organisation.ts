import { InvalidInput } from "@outlay/core";
import { parseBehaviour, type Behaviour } from "../behaviour.ts";
import type { Json } from "../prompt.ts";

/** What an organisation's reports are like at the moment; changed by `PUT /mock/organisation`. */
export interface Organisation {
  /** The current day; null: that of the machine. */
  todayMs: number | null;
  /** Input tokens that have come late for each of the last two days. */
  late: number;
  /** Most buckets or rows on one page, whatever a client asks for; null: as many as it asks for. */
  pageSize: number | null;
  /** So often a cursor is answered with 410, because data were refreshed. */
  refreshes: number;
  behaviour: Behaviour;
}

export function newOrganisation(): Organisation {
  return { todayMs: null, late: 0, pageSize: null, refreshes: 0, behaviour: {} };
}

/** Changes what is named. InvalidInput as parseBehaviour. */
export function changeOrganisation(organisation: Organisation, change: Json): void {
  const { today, late, pageSize, refreshes, behave } = change;
  if (typeof today === "string") organisation.todayMs = Date.parse(`${today}T00:00:00Z`);
  if (typeof late === "number") organisation.late = late;
  if (typeof pageSize === "number" || pageSize === null) organisation.pageSize = pageSize;
  if (typeof refreshes === "number") organisation.refreshes = refreshes;
  if (typeof behave === "string") organisation.behaviour = parseBehaviour(behave);
}

/** A question about usage or costs. */
export interface ReportRequest {
  method: string;
  /** Without the provider in front. */
  path: string;
  query: URLSearchParams;
  body: Json;
  headers: Record<string, string>;
}

/** What is answered: a body, or a status with the provider's own words. */
export type ReportAnswer = { body: unknown } | ReportRefusal;

export interface ReportRefusal {
  status: number;
  message?: string;
}

/** null: no such address. Throws InvalidInput for a question that the provider would refuse. */
export type Reports = (request: ReportRequest, organisation: Organisation) => ReportAnswer | null;

/** Refuses parameters that the provider does not know: a client that invents some would be told. */
export function requireKnown(query: URLSearchParams, names: readonly string[]): void {
  for (const name of query.keys()) {
    if (!names.includes(name)) throw new InvalidInput("invalid_parameter", `Unknown parameter: ${name}`);
  }
}

/** A key of the form that this provider gives; anything else, and every wrong one, is refused. */
export function isRefusedKey(key: string | undefined, prefix: string): boolean {
  return key === undefined || !key.startsWith(prefix) || key.includes("wrong");
}
