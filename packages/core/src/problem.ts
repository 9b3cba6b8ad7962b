/** One thing that is wrong with something that was sent. `field` is a path such as `usage.inputTokens`. */
export interface Problem {
  field: string;
  /** Stable, snake_case; listed in `docs/errors.md`. */
  code: string;
  /** A sentence with the field, its value (shortened) and what was expected. */
  reason: string;
}

/** A value for a message: never long, never with control characters, never the inside of an object. */
export function shown(value: unknown): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}…` : value);
    case "number":
    case "boolean":
    case "bigint":
      return String(value);
    case "object":
      if (value === null) return "null";
      return Array.isArray(value) ? "a list" : "an object";
    default:
      return `a value of type ${typeof value}`;
  }
}

/** What a message says instead of a name that is too long or not printable. */
export function shownName(name: string): string {
  return shown(name).slice(1, -1);
}

/**
 * The known name that somebody probably meant: the same letters in another style (`input_tokens`), a common other
 * word for it, or a typing error away.
 */
export function nearestName(
  name: string,
  known: readonly string[],
  otherWords: Record<string, string>,
): string | undefined {
  const wanted = letters(name);
  const other = Object.hasOwn(otherWords, wanted) ? otherWords[wanted] : undefined;
  if (other !== undefined) return other;
  let nearest: string | undefined;
  let nearestDistance = wanted.length <= 4 ? 2 : 3;
  for (const candidate of known) {
    const distance = editDistance(wanted, letters(candidate.slice(candidate.lastIndexOf(".") + 1)), nearestDistance);
    if (distance < nearestDistance) {
      nearest = candidate;
      nearestDistance = distance;
    }
  }
  return nearest;
}

/** `user_id`, `userId` and `USER-ID` are the same word. */
function letters(name: string): string {
  return name
    .slice(0, 60)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, "");
}

/** Letters to insert, delete or replace; `limit` when it is that or more. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return Math.min(row[b.length]!, limit);
}
