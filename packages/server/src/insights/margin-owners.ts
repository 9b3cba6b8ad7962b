import { InvalidInput, patternTest, shown, type Dimension } from "@outlay/core";
import type { Filter, RecordedCharge } from "../storage/storage.ts";

/** What both calls and charges can belong to; `tag:<key>` beside these. */
const OWNERS = ["customer", "user", "team", "project"] as const;
const EXPECTED = `one of ${OWNERS.join(", ")}, tag:<key>`;

export type Owner = (typeof OWNERS)[number] | `tag:${string}`;

/** InvalidInput `invalid_parameter` for a dimension that charges do not have. */
export function parseOwner(text: string): Owner {
  if (isOwner(text)) return text;
  throw new InvalidInput(
    "invalid_parameter",
    `by is ${shown(text)}; expected ${EXPECTED}: revenue and other charges belong to nothing else`,
    { field: "by" },
  );
}

/** InvalidInput `invalid_filter`: the calls of one model would stand beside everybody's revenue, or beside none. */
export function requireOwnerFilters(filters: readonly Filter[]): void {
  const other = filters.find(({ dimension }) => !isOwner(dimension));
  if (other === undefined) return;
  throw new InvalidInput(
    "invalid_filter",
    `filter names ${other.dimension}, which revenue and other charges do not have; a margin can be filtered by ${EXPECTED}`,
    { field: "filter" },
  );
}

/** Whom a charge belongs to; null: nobody in particular. */
export function ownerOf(charge: RecordedCharge, owner: Owner): string | null {
  const value = owner.startsWith("tag:")
    ? charge.tags?.[owner.slice("tag:".length)]
    : charge[owner as (typeof OWNERS)[number]];
  return value === undefined || value === "" ? null : value;
}

/** Keeps charges as the store keeps events. The filters have passed `requireOwnerFilters`. */
export function chargeTest(filters: readonly Filter[]): (charge: RecordedCharge) => boolean {
  const tests = filters.map(({ dimension, values, patterns, exclude }) => {
    const known = new Set(values);
    const fits = patterns.map(patternTest);
    return (charge: RecordedCharge) => {
      const value = ownerOf(charge, dimension as Owner);
      return (known.has(value) || (value !== null && fits.some((fit) => fit(value)))) !== exclude;
    };
  });
  return (charge) => tests.every((test) => test(charge));
}

function isOwner(text: Dimension | string): text is Owner {
  return (OWNERS as readonly string[]).includes(text) || (text.startsWith("tag:") && text.length > "tag:".length);
}
