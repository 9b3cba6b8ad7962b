import { money } from "@outlay/react";
import type { Change, ChangeParts } from "../../api/explore.ts";

/** The reasons why a cost changes, in the order in which they are drawn. */
export const CAUSES = [
  { key: "calls", label: "More or fewer calls" },
  { key: "length", label: "Longer or shorter calls" },
  { key: "model", label: "Dearer or cheaper models" },
  { key: "price", label: "Prices" },
] as const satisfies readonly { key: keyof ChangeParts; label: string }[];

/** `You spent $81 more: $60 from more calls, $25 from longer calls, $4 less from cheaper models.` Never says more than is known. */
export function changeInWords(change: Change): string {
  const { before, now, difference, callsBefore, parts } = change;
  if (now === null) return "None of these calls has a price, so their cost cannot be compared.";
  if (before === null) return `You spent ${money(now)}. None of the calls before has a price to compare it with.`;
  if (callsBefore === 0) return `You spent ${money(now)}; before there were no calls.`;
  const direction = Math.sign(difference);
  const known = CAUSES.map(({ key }) => ({ key, value: parts[key] }));
  const largest = Math.max(...known.map(({ value }) => Math.abs(value)));
  const told = known
    .filter(({ value }) => value !== 0 && Math.abs(value) >= largest * LEAST_SHARE)
    // First what went the same way as the whole, the largest before the others.
    .toSorted(
      (a, b) => Number(isAgainst(a.value)) - Number(isAgainst(b.value)) || Math.abs(b.value) - Math.abs(a.value),
    );
  function isAgainst(value: number): boolean {
    return direction !== 0 && Math.sign(value) !== direction;
  }
  const reasons = told.map(({ key, value }) => {
    const [more, less] = REASONS[key];
    const way = Math.sign(value) === direction ? "" : value > 0 ? " more" : " less";
    return `${money(Math.abs(value))}${way} from ${value > 0 ? more : less}`;
  });
  const lead = direction === 0 ? "You spent the same as before" : `You spent ${leadOf(difference)}`;
  return `${[lead, ...(reasons.length > 0 ? [reasons.join(", ")] : [])].join(": ")}.`;
}

const leadOf = (difference: number) => `${money(Math.abs(difference))} ${difference > 0 ? "more" : "less"}`;

/** What raises the cost, and what lowers it. */
const REASONS: Record<keyof ChangeParts, [string, string]> = {
  calls: ["more calls", "fewer calls"],
  length: ["longer calls", "shorter calls"],
  model: ["dearer models", "cheaper models"],
  price: ["higher prices", "lower prices"],
};

/** Smaller parts than this, against the largest, are left to the picture. */
const LEAST_SHARE = 0.005;
