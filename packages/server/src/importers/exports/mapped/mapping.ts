import { ATTRIBUTION, InvalidInput, nearestName, shown, usageSchema } from "@outlay/core";
import type { FileOptions } from "../../importer.ts";

/** Which column is which field of an event. */
export interface Mapping {
  map: Record<string, string>;
  set: Record<string, string>;
  /** Columns that name a row together; null: all of the row does. */
  id: string[] | null;
}

const COUNTS = Object.keys(usageSchema.shape).filter(
  (name) => !["imageSize", "imageQuality", "searchContext", "audioSeconds"].includes(name),
);
const AMOUNTS = ["audioSeconds", "durationMs", "timeToFirstTokenMs", "score"];
const MONEY = ["reportedCostUsd", "costUsd", "toolCostUsd", "costCents"];
const TEXTS = [
  "provider",
  "model",
  "requestedModel",
  "operation",
  "serviceTier",
  "geo",
  ...ATTRIBUTION,
  "span",
  "errorType",
  "variant",
  "imageSize",
  "imageQuality",
  "searchContext",
];

/** What a column can be, besides `tag:<key>` and `metadata:<key>`. */
export const FIELDS: Record<string, "count" | "amount" | "money" | "text" | "instant" | "boolean"> = {
  occurredAt: "instant",
  success: "boolean",
  cacheHit: "boolean",
  uncachedInputTokens: "count",
  ...Object.fromEntries(COUNTS.map((name) => [name, "count"])),
  ...Object.fromEntries(AMOUNTS.map((name) => [name, "amount"])),
  ...Object.fromEntries(MONEY.map((name) => [name, "money"])),
  ...Object.fromEntries(TEXTS.map((name) => [name, "text"])),
};

/** InvalidInput `invalid_parameter` when a field does not exist, or the time or the model of a row would be unknown. */
export function readMapping({ map = {}, set = {}, id }: FileOptions): Mapping {
  for (const field of [...Object.keys(map), ...Object.keys(set)]) checkField(field);
  if (map["occurredAt"] === undefined) refuse("map", "no column is mapped to occurredAt");
  if (map["model"] === undefined && set["model"] === undefined) refuse("map", "no column is mapped to model");
  return { map, set, id: id === undefined || id.length === 0 ? null : id };
}

function checkField(field: string): void {
  if (Object.hasOwn(FIELDS, field) || /^(tag|metadata):[^:,]{1,100}$/.test(field)) return;
  const meant = nearestName(field, Object.keys(FIELDS), {});
  refuse("map", `${shown(field)} is no field of an event${meant === undefined ? "" : `; did you mean ${meant}?`}`);
}

function refuse(field: string, reason: string): never {
  throw new InvalidInput("invalid_parameter", `${reason}; expected for example occurredAt=Date,model=Model`, { field });
}
