/** Adds the filters that keep a row, or takes them away when all are there. */
export function toggleFilters(filters: readonly string[], texts: readonly string[]): string[] {
  const missing = texts.filter((text) => !filters.includes(text));
  return missing.length > 0 ? [...filters, ...missing] : filters.filter((text) => !texts.includes(text));
}
