/**
 * A total in so many parts, as equal as whole numbers can be; together they are the total.
 *
 * 10 in 4 parts → 2, 3, 2, 3
 */
export function shareOf(total: number, index: number, parts: number): number {
  return upTo(total, index + 1, parts) - upTo(total, index, parts);
}

function upTo(total: number, index: number, parts: number): number {
  return Number((BigInt(total) * BigInt(index)) / BigInt(parts));
}
