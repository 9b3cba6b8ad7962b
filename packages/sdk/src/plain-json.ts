const MAX_DEPTH = 20;
const MAX_ENTRIES = 1_000;

/**
 * A copy that JSON can always be made of: BigInt becomes a number, or text when it is too large for one; a circle, a
 * getter that throws and what lies too deep become a word in brackets. Only called for what JSON refused.
 */
export function plainJson(value: unknown, depth = 0, above: object[] = []): unknown {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  // A function may be a toJSON that throws.
  if (typeof value === "function") return undefined;
  if (typeof value !== "object" || value === null) return value;
  if (above.includes(value)) return "[circular]";
  if (depth >= MAX_DEPTH) return "[too deep]";
  try {
    const inner = [...above, value];
    if (Array.isArray(value)) return value.slice(0, MAX_ENTRIES).map((item) => plainJson(item, depth + 1, inner));
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
    const copy: Record<string, unknown> = {};
    for (const name of Object.keys(value).slice(0, MAX_ENTRIES)) {
      copy[name] = plainJson(propertyOf(value, name), depth + 1, inner);
    }
    return copy;
  } catch {
    return "[unreadable]";
  }
}

function propertyOf(value: object, name: string): unknown {
  try {
    return (value as Record<string, unknown>)[name];
  } catch {
    return "[unreadable]";
  }
}
