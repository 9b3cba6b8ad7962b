/** An instant as every answer writes it: ISO in UTC, to the millisecond. */
export function instantText(ms: number): string {
  return new Date(ms).toISOString();
}

export function instantOrNull(ms: number | null): string | null {
  return ms === null ? null : instantText(ms);
}
